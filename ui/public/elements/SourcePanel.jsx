import { useEffect, useRef, useState } from 'react';

// One source beside the chat: where it stands, the passage with the quoted words marked, and the page itself.
export default function SourcePanel() {
  const [at, setAt] = useState(props.cited);
  const [broken, setBroken] = useState(false);
  const quoted = useRef(null);
  const heading = useRef(null);

  useEffect(() => {
    setAt(props.cited);
    setBroken(false);
    if (heading.current) heading.current.focus({ preventScroll: true });
    // A long passage opens at the quoted words.
    if (quoted.current) {
      const box = quoted.current.closest('blockquote');
      box.scrollTop = quoted.current.offsetTop - box.offsetTop - 24;
    }
  }, [props.original, props.number]);

  useEffect(() => window.manualdesk.back, []);

  const picture = props.pictures[at];
  const leaf = (step) => {
    setBroken(false);
    setAt(Math.min(Math.max(at + step, 0), props.pictures.length - 1));
  };

  return (
    <article className="source-panel">
      <header>
        <h2 ref={heading} tabIndex="-1">
          {props.title}
        </h2>
        {props.section.length ? <p className="panel-section">{props.section.join(' › ')}</p> : null}
        <ul className="panel-labels">
          {props.place ? <li>{props.place}</li> : null}
          {props.labels.map((label) => (
            <li key={label}>{label}</li>
          ))}
        </ul>
      </header>

      <figure className="panel-passage">
        <figcaption>{props.caption}</figcaption>
        <blockquote tabIndex="0" aria-label={props.caption}>
          {props.before}
          {props.quote ? <mark ref={quoted}>{props.quote}</mark> : null}
          {props.after}
        </blockquote>
      </figure>

      <a className="panel-open" href={props.original} target="_blank" rel="noopener">
        {props.open}
      </a>

      {picture ? (
        <figure className="panel-page">
          <div className="panel-leaf">
            <button type="button" aria-label={props.earlier} disabled={at === 0} onClick={() => leaf(-1)}>
              ‹
            </button>
            <figcaption>{picture.label}</figcaption>
            <button
              type="button"
              aria-label={props.later}
              disabled={at === props.pictures.length - 1}
              onClick={() => leaf(1)}
            >
              ›
            </button>
          </div>
          {broken ? (
            <p className="panel-missing">{props.missing}</p>
          ) : (
            <a href={picture.original} target="_blank" rel="noopener">
              <img key={picture.url} src={picture.url} alt={picture.label} onError={() => setBroken(true)} />
            </a>
          )}
        </figure>
      ) : null}

      <p className="panel-document">{props.document}</p>
    </article>
  );
}
