import { useSetRecoilState } from 'recoil';
import { sideViewState } from '@chainlit/react-client';

// Above an answer: the places that were found, there to open before the answer is. One line, whose height never changes.
export default function AnswerHead() {
  const setSideView = useSetRecoilState(sideViewState);

  const open = (place, event) => {
    window.manualdesk.from(event.currentTarget);
    setSideView({
      title: place.heading,
      elements: [
        { id: `found-${place.number}-${place.original}`, type: 'custom', name: 'SourcePanel', display: 'side', props: place }
      ]
    });
  };

  return (
    <nav className="answer-head" aria-label={props.texts.found}>
      <span className="head-label" aria-hidden="true">
        {props.texts.found}
      </span>
      <ol>
        {props.places.map((place) => (
          <li key={place.number}>
            <button type="button" onClick={(event) => open(place, event)}>
              <span className="place-title">{place.title}</span>
              <span className="place-where">
                {[place.section[place.section.length - 1], place.place].filter(Boolean).join(' · ')}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
