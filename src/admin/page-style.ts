export const pageStyle = `
:root {
  color-scheme: light dark;
  --back: #f6f7f9; --card: #fff; --text: #1b2330; --soft: #5c6777; --line: #e1e5eb;
  --up: #17803d; --up-back: #e5f5ea; --down: #b3261e; --down-back: #fdeaea; --wait: #6b7280; --wait-back: #eef0f3; --out: #8a5a00; --out-back: #fdf1d8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #11151b; --card: #191f27; --text: #e6eaf0; --soft: #9aa5b4; --line: #2a323d;
    --up: #6bd38d; --up-back: #14301f; --down: #ff9b93; --down-back: #43191a; --wait: #a3adba; --wait-back: #262d37; --out: #f0c060; --out-back: #3a2d10;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, "Segoe UI", sans-serif; }
header, main { max-width: 72rem; margin: 0 auto; padding: 0 1.5rem; }
header { display: flex; align-items: baseline; gap: 1rem; padding-top: 2rem; padding-bottom: 1rem; }
h1 { font-size: 1.3rem; margin: 0; letter-spacing: -0.01em; }
#summary { margin: 0; color: var(--soft); }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 0.5rem; text-align: center; white-space: nowrap; }
th { font-weight: 600; color: var(--soft); font-size: 0.87rem; }
tbody th { text-align: left; padding-left: 1rem; color: var(--text); font-size: 0.95rem; }
tbody tr { border-top: 1px solid var(--line); }
button {
  width: 100%; min-width: 4.5rem; padding: 0.35rem 0.6rem; border: 1px solid transparent; border-radius: 7px;
  font: inherit; font-weight: 600; cursor: pointer;
}
button.up { color: var(--up); background: var(--up-back); }
button.down { color: var(--down); background: var(--down-back); }
button.out { color: var(--out); background: var(--out-back); }
button.wait { color: var(--wait); background: var(--wait-back); }
button[aria-pressed="true"] { border-color: currentColor; }
button:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
#detail {
  margin: 1rem 0 2rem; padding: 1rem; min-height: 11rem;
  background: var(--card); border: 1px solid var(--line); border-radius: 10px;
}
#detail h2 { margin: 0 0 0.5rem; font-size: 1rem; }
.acts { display: flex; flex-wrap: wrap; gap: 0.5rem 2rem; margin-top: 0.9rem; color: var(--soft); }
.acts button { width: auto; min-width: 0; margin-right: 0.3rem; padding: 0.15rem 0.6rem; font-weight: 500; color: var(--text); background: var(--back); border-color: var(--line); }
#detail p { margin: 0; color: var(--soft); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
body.stale table { opacity: 0.45; }
`;
