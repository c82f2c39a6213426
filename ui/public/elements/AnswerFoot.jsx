import { useEffect, useRef } from 'react';
import { useSetRecoilState } from 'recoil';
import { sideViewState } from '@chainlit/react-client';

// Below an answer: what kind of answer it is, its sources, and choices where it asks back.
// It also opens the source when a mark like [1] in the text above is clicked.
export default function AnswerFoot() {
  const foot = useRef(null);
  const setSideView = useSetRecoilState(sideViewState);

  const open = (source) =>
    setSideView({
      title: source.heading,
      elements: [
        {
          id: `source-${source.number}-${source.original}`,
          type: 'custom',
          name: 'SourcePanel',
          display: 'side',
          props: source
        }
      ]
    });

  useEffect(() => {
    const answer = foot.current && foot.current.closest('.message-content');
    if (!answer) return undefined;
    const onClick = (event) => {
      const mark = event.target.closest && event.target.closest('a.element-link');
      if (!mark) return;
      const number = parseInt(mark.textContent.replace(/\D/g, ''), 10);
      const source = props.sources.find((each) => each.number === number);
      if (!source) return;
      event.preventDefault();
      event.stopPropagation();
      open(source);
    };
    answer.addEventListener('click', onClick);
    return () => answer.removeEventListener('click', onClick);
  }, [props.sources]);

  return (
    <div ref={foot} className="answer-foot">
      {props.label ? <span className="answer-label">{props.label}</span> : null}
      {props.notice ? <p className="answer-notice">{props.notice}</p> : null}
      {props.options.length ? (
        <div className="answer-options">
          {props.options.map((option) => (
            <button key={option} type="button" onClick={() => sendUserMessage(option)}>
              {option}
            </button>
          ))}
        </div>
      ) : null}
      {props.sources.length ? (
        <nav className="answer-sources" aria-label={props.heading}>
          <ol>
            {props.sources.map((source) => (
              <li key={source.number}>
                <button type="button" data-source={source.number} onClick={() => open(source)}>
                  <span className="source-number">{source.number}</span>
                  <span className="source-name">
                    <span className="source-title">{source.title}</span>
                    <span className="source-place">
                      {[source.place, source.section[source.section.length - 1]].filter(Boolean).join(' · ')}
                    </span>
                  </span>
                </button>
              </li>
            ))}
          </ol>
        </nav>
      ) : null}
    </div>
  );
}
