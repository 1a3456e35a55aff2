/**
 * What is asked of the database for a tracker (GB-242): nothing but these. Of two, the second is for databases that do not
 * understand the first, and for older versions. Long texts are CLOBs, which H2 shows only when they are cast (GB-173,
 * GB-177). No joins: columns of one name would become one.
 */

const here = 'WHERE USER_NAME = :owner AND REPOSITORY_NAME = :name';
const these = `${here} AND ISSUE_ID IN (:numbers)`;

/** With a text that the cast makes readable, or that is so without one. */
function withText(columns: string, text: string, rest: string): readonly string[] {
  return [
    `SELECT ${columns}, CAST(${text} AS VARCHAR) AS LONG_TEXT FROM ${rest}`,
    `SELECT ${columns}, ${text} FROM ${rest}`,
  ];
}

/** Old versions do not note where a remark was written first. */
function remarks(more: string, where: string): readonly string[] {
  const columns = `${more}COMMENT_ID, COMMENTED_USER_NAME, REGISTERED_DATE, UPDATED_DATE, COMMIT_ID, FILE_NAME, OLD_LINE_NUMBER, NEW_LINE_NUMBER`;
  const original = `${columns}, ORIGINAL_COMMIT_ID, ORIGINAL_OLD_LINE, ORIGINAL_NEW_LINE`;
  const from = `COMMIT_COMMENT ${where}`;
  return [...withText(original, 'CONTENT', from), ...withText(columns, 'CONTENT', from)];
}

/** Which repositories have rows there. */
function grouped(from: string): string {
  return `SELECT USER_NAME, REPOSITORY_NAME, COUNT(*) AS ROWS_THERE FROM ${from} GROUP BY USER_NAME, REPOSITORY_NAME`;
}

function lastChanges(table: string): string {
  return `SELECT ISSUE_ID, MAX(UPDATED_DATE) AS UPDATED_DATE FROM ${table} ${here} AND ISSUE_ID IS NOT NULL GROUP BY ISSUE_ID`;
}

const issueColumns =
  'ISSUE_ID, OPENED_USER_NAME, MILESTONE_ID, CLOSED, REGISTERED_DATE, UPDATED_DATE, PULL_REQUEST';

export const queries = {
  numbers: [
    `SELECT ISSUE_ID, PULL_REQUEST, CLOSED, REGISTERED_DATE, UPDATED_DATE FROM ISSUE ${here} ORDER BY ISSUE_ID`,
  ],
  /** When comments and events of each item, and remarks on its lines, changed last (GB-198). */
  lastComments: [lastChanges('ISSUE_COMMENT')],
  lastRemarks: [lastChanges('COMMIT_COMMENT')],
  pullNumbers: [`SELECT ISSUE_ID FROM PULL_REQUEST ${here}`],
  issues: [
    `SELECT ${issueColumns}, PRIORITY_ID, CAST(TITLE AS VARCHAR) AS SHORT_TEXT, CAST(CONTENT AS VARCHAR) AS LONG_TEXT FROM ISSUE ${these}`,
    `SELECT ${issueColumns}, PRIORITY_ID, TITLE, CONTENT FROM ISSUE ${these}`,
    `SELECT ${issueColumns}, CAST(TITLE AS VARCHAR) AS SHORT_TEXT, CAST(CONTENT AS VARCHAR) AS LONG_TEXT FROM ISSUE ${these}`,
    `SELECT ${issueColumns}, TITLE, CONTENT FROM ISSUE ${these}`,
  ],
  /** Since 4.38; before, an issue has a column for one. */
  assignees: [
    `SELECT ISSUE_ID, ASSIGNEE_USER_NAME FROM ISSUE_ASSIGNEE ${these}`,
    `SELECT ISSUE_ID, ASSIGNED_USER_NAME FROM ISSUE ${these}`,
  ],
  issueLabels: [`SELECT ISSUE_ID, LABEL_ID FROM ISSUE_LABEL ${these}`],
  comments: withText(
    'ISSUE_ID, COMMENT_ID, ACTION, COMMENTED_USER_NAME, REGISTERED_DATE, UPDATED_DATE',
    'CONTENT',
    `ISSUE_COMMENT ${these}`,
  ),
  pulls: [`SELECT * FROM PULL_REQUEST ${these}`],
  lineComments: remarks('ISSUE_ID, ', these),
  commitComments: remarks('', `${here} AND ISSUE_ID IS NULL`),
  /** Both since 4.38. The value's column is called by a word that H2 keeps for itself (GB-197). */
  fieldValues: [`SELECT * FROM ISSUE_CUSTOM_FIELD ${these}`],
  fields: [`SELECT FIELD_ID, FIELD_NAME FROM CUSTOM_FIELD ${here}`],
  labels: [`SELECT LABEL_ID, LABEL_NAME, COLOR FROM LABEL ${here}`],
  milestones: withText('MILESTONE_ID, TITLE, DUE_DATE, CLOSED_DATE', 'DESCRIPTION', `MILESTONE ${here}`),
  priorities: [`SELECT PRIORITY_ID, PRIORITY_NAME FROM PRIORITY ${here}`],
  releases: withText('TAG, NAME, AUTHOR, REGISTERED_DATE, UPDATED_DATE', 'CONTENT', `RELEASE_TAG ${here}`),
  assets: [`SELECT * FROM RELEASE_ASSET ${here}`],
  /** Of the whole server: few repositories have any. */
  commented: [grouped('COMMIT_COMMENT WHERE ISSUE_ID IS NULL')],
  released: [grouped('RELEASE_TAG')],
  withMilestones: [grouped('MILESTONE')],
  allLabels: ['SELECT USER_NAME, REPOSITORY_NAME, LABEL_NAME, COLOR FROM LABEL'],
} as const satisfies Record<string, readonly string[]>;
