import { useEffect, useRef, useState } from 'react';
import { Copy, Flag, Info, TicketCheck, ThumbsDown, ThumbsUp } from 'lucide-react';
import { useSetRecoilState } from 'recoil';
import { sideViewState } from '@chainlit/react-client';

// Below an answer: what kind of answer it is, its sources and figures, choices where it asks back, and what can be done
// with it. It also opens the source when a mark like [1] in the text above is clicked.
const REASONS = ['wrong', 'outdated', 'incomplete', 'unclear', 'other'];

export default function AnswerFoot() {
  const foot = useRef(null);
  const setSideView = useSetRecoilState(sideViewState);
  const [rated, setRated] = useState(props.rated ? props.rated.value : 0);
  const [asking, setAsking] = useState(false);
  const [said, setSaid] = useState('');
  const [heard, setHeard] = useState('');
  const texts = props.texts;

  const open = (source, opener) => {
    window.manualdesk.from(opener);
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
  };

  const openPanel = (name, title, event) => {
    window.manualdesk.from(event.currentTarget);
    setSideView({
      title,
      elements: [
        { id: `${name}-${props.message}`, type: 'custom', name, display: 'side', props: { message: props.message } }
      ]
    });
  };

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
      open(source, mark);
    };
    answer.addEventListener('click', onClick);
    return () => answer.removeEventListener('click', onClick);
  }, [props.sources]);

  useEffect(() => {
    // Said once, whole: a live region that grows word by word is read to pieces.
    if (props.fresh) setHeard(`${props.answer} ${texts.sourced.replace('{n}', props.sources.length)}`);
  }, []);

  const rate = async (value, reason = '', comment = '') => {
    try {
      await window.manualdesk.call(`/desk/chat/messages/${props.message}/rating`, { value, reason, comment });
      setRated(value);
      setAsking(false);
      setSaid(value ? texts.thanks : '');
    } catch {
      setSaid(texts.failed);
    }
  };

  const sendReason = (event) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    rate(-1, given.get('reason') || 'other', given.get('comment') || '');
  };

  const copy = async () => {
    const sources = props.sources.map(
      (source) =>
        `[${source.number}] ${[source.title, source.section[source.section.length - 1], source.place].filter(Boolean).join(', ')}\n    ${location.origin}${source.original}`
    );
    const whole = [props.answer, sources.length ? `${texts.sources}:\n${sources.join('\n')}` : ''];
    setSaid((await window.manualdesk.copy(whole.filter(Boolean).join('\n\n'))) ? texts.copied : texts.failed);
  };

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
      {props.figures.length ? (
        <div className="answer-figures" role="group" aria-label={texts.figures}>
          {props.figures.map((figure) => (
            <figure key={figure.url}>
              <a href={figure.original} target="_blank" rel="noopener">
                <img src={figure.url} alt={figure.caption} width={figure.width} height={figure.height} loading="lazy" />
              </a>
              <figcaption>
                {figure.caption} <span className="source-number">{figure.number}</span>
              </figcaption>
            </figure>
          ))}
        </div>
      ) : null}
      {props.sources.length ? (
        <nav className="answer-sources" aria-label={texts.sources}>
          <ol>
            {props.sources.map((source) => (
              <li key={source.number}>
                <button
                  type="button"
                  data-source={source.number}
                  onClick={(event) => open(source, event.currentTarget)}
                >
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
      <div className="answer-actions" role="group" aria-label={texts.actions}>
        <button
          type="button"
          data-do="like"
          aria-label={texts.helpful}
          title={texts.helpful}
          aria-pressed={rated === 1}
          onClick={() => rate(rated === 1 ? 0 : 1)}
        >
          <ThumbsUp aria-hidden="true" />
        </button>
        <button
          type="button"
          data-do="dislike"
          aria-label={texts.unhelpful}
          title={texts.unhelpful}
          aria-pressed={rated === -1}
          aria-expanded={asking}
          onClick={() => (rated === -1 ? rate(0) : setAsking(!asking))}
        >
          <ThumbsDown aria-hidden="true" />
        </button>
        <button type="button" data-do="copy" aria-keyshortcuts="Alt+Shift+C" onClick={copy}>
          <Copy aria-hidden="true" /> {texts.copy}
        </button>
        <button
          type="button"
          data-do="ticket"
          aria-keyshortcuts="Alt+Shift+T"
          onClick={(event) => openPanel('TicketPanel', texts.ticket, event)}
        >
          <TicketCheck aria-hidden="true" /> {texts.ticket}
        </button>
        <button type="button" data-do="correct" onClick={(event) => openPanel('CorrectPanel', texts.correct, event)}>
          <Flag aria-hidden="true" /> {texts.correct}
        </button>
        <button type="button" data-do="why" onClick={(event) => openPanel('WhyPanel', texts.why, event)}>
          <Info aria-hidden="true" /> {texts.why}
        </button>
        <span className="answer-said" role="status">
          {said}
        </span>
      </div>
      {asking ? (
        <form className="answer-reasons" onSubmit={sendReason}>
          <fieldset>
            <legend>{texts.why_not}</legend>
            {REASONS.map((reason) => (
              <label key={reason}>
                <input type="radio" name="reason" value={reason} required autoFocus={reason === 'wrong'} />
                {texts[reason]}
              </label>
            ))}
          </fieldset>
          <label className="reason-comment">
            <span>{texts.comment}</span>
            <textarea name="comment" rows="2" maxLength="2000" />
          </label>
          <div className="reason-buttons">
            <button type="submit">{texts.send}</button>
            <button type="button" onClick={() => setAsking(false)}>
              {texts.cancel}
            </button>
          </div>
        </form>
      ) : null}
      <p className="only-heard" role="status">
        {heard}
      </p>
    </div>
  );
}
