/** As variables are compared: upper case, "-" read as "_". */
export function variableName(written: string): string {
  return written.toUpperCase().replaceAll("-", "_");
}
