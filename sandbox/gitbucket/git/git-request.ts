import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RepositoryRecord } from '../state.ts';

/** One request below `/git/`, split without any percent-decoding (GB-102). */
export type GitRequest = {
  request: IncomingMessage;
  response: ServerResponse;
  /** Path and query as sent, context path included; shown in error pages. */
  uri: string;
  query: string;
  repository: RepositoryRecord;
  /** True for the wiki repository. */
  wiki: boolean;
  gitDir: string;
};
