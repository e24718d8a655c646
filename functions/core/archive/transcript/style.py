"""How a transcript looks, on a screen and on paper. No fonts, no scripts, nothing from outside."""

CSS = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 46rem; padding: 1.5rem 1rem 4rem; background: #f4f2ee;
  color: #1c1e21; font: 16px/1.45 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 1rem; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .5rem; border-bottom: 2px solid #1c1e21; }
h3 { font-size: .85rem; font-weight: 600; text-align: center; color: #5b5e63;
  margin: 1.5rem 0 .75rem; }
.cover, .check { background: #fff; border: 1px solid #d8d5cf; border-radius: .5rem;
  padding: .75rem 1rem; margin: 0 0 1rem; }
.check.whole { border-inline-start: .4rem solid #2e7d4f; }
.check.gaps { border-inline-start: .4rem solid #b3261e; }
.check ul { margin: .5rem 0 0; padding-inline-start: 1.2rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem .8rem; margin: .35rem 0; }
.cover dl { grid-template-columns: 8rem 1fr; }
dt { color: #5b5e63; } dd { margin: 0; overflow-wrap: anywhere; }
article { background: #fff; border: 1px solid #d8d5cf; border-radius: .7rem; padding: .55rem .8rem;
  margin: .55rem 0; max-width: 85%; break-inside: avoid; }
article.out { margin-inline-start: auto; background: #e4f3e6; border-color: #bfdcc3; }
article.other { max-width: 100%; background: #faf9f7; }
article header { font-size: .85rem; color: #5b5e63; margin-bottom: .2rem; }
article header b { color: #1c1e21; } .type { border: 1px solid #b9b6b0; border-radius: .3rem;
  padding: 0 .3rem; font-size: .75rem; }
article p { margin: .3rem 0; }
.said, .gist, .emoji { white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; }
.emoji { font-size: 1.6rem; }
blockquote { margin: .3rem 0; padding: .25rem .6rem; border-inline-start: .25rem solid #8a8d91;
  background: #0000000a; font-size: .9rem; }
.gist { color: #45484c; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #0000000a; padding: .4rem .6rem;
  border-radius: .3rem; font-size: .85rem; margin: .35rem 0; }
.file { border: 1px solid #d8d5cf; border-radius: .4rem; padding: .4rem .6rem; margin: .4rem 0;
  background: #fffc; font-size: .9rem; }
img { display: block; max-width: 100%; max-height: 26rem; margin: .2rem auto .5rem;
  border-radius: .3rem; }
.edit { border-inline-start: .25rem solid #b98900; padding-inline-start: .6rem; margin: .45rem 0; }
.edit > p { color: #7a5b00; font-size: .9rem; }
.revoked, .masked, .gone, .fault { font-weight: 600; font-size: .9rem; }
.revoked, .fault { color: #b3261e; } .masked, .gone { color: #7a5b00; }
.status, .reacted, .quiet { font-size: .85rem; color: #45484c; }
footer { font-size: .68rem; color: #6d7075; overflow-wrap: anywhere; margin-top: .35rem; }
body > footer { font-size: .8rem; margin-top: 2rem; }
@media print {
  body { background: #fff; max-width: none; padding: 0; font-size: 11pt; }
  article, .cover, .check { border-color: #999; } article.out { background: #f0f0f0; }
  h2, h3 { break-after: avoid; }
}
@page { margin: 18mm 15mm; }
"""
