/** How far a drain has come. `oldestMs`: age of the oldest of those that are held. */
export function leftText(held: number, oldestMs: number): string {
  return held === 0 ? "nothing left" : `${held} left, oldest ${ageText(oldestMs)}`;
}

/** "12 s", "4 min", "3 h": as exact as anybody wants to know. */
function ageText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
}
