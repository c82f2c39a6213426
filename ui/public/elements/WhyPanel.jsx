import { useEffect, useRef, useState } from 'react';

// How an answer came about: what was searched, what was weighed, what was checked, and how long it took.
export default function WhyPanel() {
  const [found, setFound] = useState(null);
  const [said, setSaid] = useState('');
  const panel = useRef(null);

  useEffect(() => {
    window.manualdesk
      .call(`/desk/chat/messages/${props.message}/why`)
      .then(setFound)
      .catch((error) => setSaid(error.message));
  }, [props.message]);

  useEffect(() => {
    if (panel.current) panel.current.focus({ preventScroll: true });
    return window.manualdesk.back;
  }, []);

  return (
    <div ref={panel} className="side-form why-panel" tabIndex="-1">
      {found ? (
        <>
          <dl>
            {found.rows.map(([label, text]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
          {found.candidates.length ? (
            <>
              <h3>{found.texts.candidates}</h3>
              <ol className="why-candidates">
                {found.candidates.map((each, number) => (
                  <li key={number}>
                    <strong>{each.section || each.document}</strong>
                    <span className="why-place">
                      {each.document}
                      {each.page ? ` · ${each.page}` : ''}
                    </span>
                    <span className="why-scores">
                      {found.texts.meaning} {each.dense} · {found.texts.words} {each.sparse} · {found.texts.score}{' '}
                      {each.final}
                    </span>
                    <span className="why-fate">{each.fate}</span>
                  </li>
                ))}
              </ol>
            </>
          ) : (
            <p>{found.texts.none}</p>
          )}
        </>
      ) : null}
      <p role="status">{said}</p>
    </div>
  );
}
