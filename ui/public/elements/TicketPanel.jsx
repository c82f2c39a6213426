import { useEffect, useRef, useState } from 'react';

// The answer as text for a ticket: in a language to choose, with labels that fit.
export default function TicketPanel() {
  const [ticket, setTicket] = useState(null);
  const [language, setLanguage] = useState('');
  const [said, setSaid] = useState('');
  const panel = useRef(null);

  useEffect(() => {
    let wanted = true;
    window.manualdesk
      .call(`/desk/chat/messages/${props.message}/ticket?language=${language}`)
      .then((found) => wanted && setTicket({ ...found, text: found.text.replaceAll('{origin}', location.origin) }))
      .catch((error) => wanted && setSaid(error.message));
    return () => {
      wanted = false;
    };
  }, [props.message, language]);

  useEffect(() => {
    if (panel.current) panel.current.focus({ preventScroll: true });
    return window.manualdesk.back;
  }, []);

  const copy = async () => {
    setSaid((await window.manualdesk.copy(ticket.text)) ? ticket.texts.copied : ticket.texts.failed);
  };

  return (
    <div ref={panel} className="side-form" tabIndex="-1">
      {ticket ? (
        <>
          <label>
            <span>{ticket.texts.language}</span>
            <select value={ticket.language} onChange={(event) => setLanguage(event.target.value)}>
              {Object.entries(ticket.languages).map(([code, name]) => (
                <option key={code} value={code} lang={code}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <label>
            <span>{ticket.texts.text}</span>
            <textarea readOnly rows="16" lang={ticket.language} value={ticket.text} />
          </label>
          <dl aria-label={ticket.texts.labels}>
            <dt>{ticket.texts.product_line}</dt>
            <dd>{ticket.product_line || ticket.texts.none}</dd>
            <dt>{ticket.texts.category}</dt>
            <dd>{ticket.category || ticket.texts.none}</dd>
          </dl>
          <button type="button" className="side-main" data-do="copy-ticket" onClick={copy}>
            {ticket.texts.copy}
          </button>
        </>
      ) : null}
      <p role="status">{said}</p>
    </div>
  );
}
