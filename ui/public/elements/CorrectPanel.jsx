import { useEffect, useRef, useState } from 'react';

// The answer to edit, or only a word on what is wrong: either becomes a draft for the editors.
export default function CorrectPanel() {
  const [found, setFound] = useState(null);
  const [sent, setSent] = useState(false);
  const [said, setSaid] = useState('');
  const panel = useRef(null);

  useEffect(() => {
    window.manualdesk
      .call(`/desk/chat/messages/${props.message}/correction`)
      .then(setFound)
      .catch((error) => setSaid(error.message));
  }, [props.message]);

  useEffect(() => {
    if (panel.current) panel.current.focus({ preventScroll: true });
    return window.manualdesk.back;
  }, []);

  const send = async (event) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    try {
      const done = await window.manualdesk.call(`/desk/chat/messages/${props.message}/correction`, {
        answer: given.get('answer'),
        note: given.get('note')
      });
      setSent(true);
      setSaid(found.texts.sent.replace('{n}', done.draft));
    } catch (error) {
      setSaid(error.message || found.texts.failed);
    }
  };

  return (
    <div ref={panel} className="side-form" tabIndex="-1">
      {found && !sent ? (
        <form onSubmit={send}>
          <p>{found.texts.intro}</p>
          <label>
            <span>{found.texts.answer}</span>
            <textarea name="answer" rows="10" maxLength="20000" defaultValue={found.answer} />
          </label>
          <label>
            <span>{found.texts.note}</span>
            <textarea name="note" rows="4" maxLength="2000" />
          </label>
          <button type="submit" className="side-main">
            {found.texts.send}
          </button>
        </form>
      ) : null}
      <p role="status">{said}</p>
    </div>
  );
}
