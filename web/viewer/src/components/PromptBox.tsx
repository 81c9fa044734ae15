import type { RecipeState } from '@nsn/player';
import { useState, type FormEvent, type RefObject } from 'react';
import { until } from '../format';
import { SendIcon } from './icons';

const lengthMax = 2000;
const ideas = ['A cheerful robot newsreader in a library', 'A pirate cat on a beach at sunset', 'A grumpy wizard teaching in a classroom', 'A blue bear chef in a kitchen at night'];

interface PromptBoxProps {
  readonly prompts: readonly RecipeState[];
  readonly submit: (prompt: string) => Promise<boolean>;
  readonly sending: boolean;
  readonly error: string | null;
  readonly now: number;
  readonly input: RefObject<HTMLTextAreaElement | null>;
}

/** Where the viewer says what should be on air, and follows it there. */
export function PromptBox({ prompts, submit, sending, error, now, input }: PromptBoxProps) {
  const [text, setText] = useState('');
  const send = async (event?: FormEvent) => {
    event?.preventDefault();
    const prompt = text.trim();
    if (prompt === '' || sending) return;
    if (await submit(prompt)) setText('');
  };
  return (
    <section className="prompt-box" aria-labelledby="prompt-title">
      <h2 id="prompt-title">What should be on air?</h2>
      <form onSubmit={event => void send(event)}>
        <textarea
          ref={input}
          value={text}
          dir="auto"
          rows={2}
          maxLength={lengthMax}
          placeholder="Describe a scene. Five directors will make it, check it and sign it."
          aria-label="Your prompt"
          aria-invalid={error !== null}
          aria-describedby={error !== null ? 'prompt-error' : undefined}
          onChange={event => setText(event.target.value)}
          onKeyDown={event => {
            // While a word is being composed (Japanese, Chinese…), Enter ends the word, not the prompt; Safari says so by the key code only.
            const composing = event.nativeEvent.isComposing || event.keyCode === 229;
            if (event.key === 'Enter' && !event.shiftKey && !composing) void send(event);
          }}
          data-testid="prompt"
        />
        <button type="submit" disabled={text.trim() === '' || sending} data-testid="send">{sending ? 'Sending' : 'Send'} <SendIcon size={18} /></button>
      </form>
      {error !== null && <p className="error" role="alert" id="prompt-error">{error}</p>}
      {prompts.length === 0 ? (
        <p className="ideas">
          {ideas.map(idea => <button key={idea} type="button" onClick={() => { setText(idea); input.current?.focus(); }}>{idea}</button>)}
        </p>
      ) : (
        <ul className="wishes" aria-label="Your prompts">{prompts.map(prompt => <Wish key={prompt.id} prompt={prompt} now={now} />)}</ul>
      )}
    </section>
  );
}

const way = ['queued', 'generating', 'verifying', 'certified', 'on-air'] as const;
const wayNames = ['Queued', 'Made', 'Checked', 'Certified', 'On air'];
const positions: Record<string, number> = { queued: 0, scheduled: 0, generating: 1, verifying: 2, certified: 3, 'on-air': 4, aired: 5 };

function Wish({ prompt, now }: { prompt: RecipeState; now: number }) {
  const failed = prompt.state === 'failed';
  const position = positions[prompt.state] ?? 0;
  return (
    <li className="wish" data-testid="wish" data-state={prompt.state}>
      <p className="wish-text" dir="auto" title={prompt.prompt ?? undefined}>{prompt.prompt}</p>
      <p className={failed ? 'wish-state failed' : 'wish-state'}>{stateText(prompt, now)}</p>
      {!failed && (
        <ol className="way" aria-label={`Step ${Math.min(position + 1, way.length)} of ${way.length}`}>
          {wayNames.map((name, i) => <li key={name} className={i < position ? 'done' : i === position ? 'now' : ''}>{name}</li>)}
        </ol>
      )}
    </li>
  );
}

function stateText(prompt: RecipeState, now: number): string {
  const at = prompt.airsAt ?? prompt.estimatedAirsAt;
  const when = at ? `, on air ${until(at, now)}` : '';
  switch (prompt.state) {
    case 'queued':
      return `${prompt.place ? `Number ${prompt.place} in the queue` : 'In the queue'}${when}`;
    case 'on-air':
      return 'On air now';
    case 'aired':
      return `Was on air in slot ${prompt.slot ?? '?'}`;
    case 'failed':
      return prompt.reason ?? 'The directors did not certify it';
    default:
      return `Slot ${prompt.slot ?? '?'}${when}`;
  }
}
