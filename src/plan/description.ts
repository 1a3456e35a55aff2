/** GitLab takes 2,000 characters (gitlab-contract T18). */
export function shortened(description: string): string {
  const characters = Array.from(description);
  return characters.length <= 2000 ? description : `${characters.slice(0, 1999).join('')}…`;
}
