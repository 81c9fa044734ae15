import { GatewayError, type Player, type RecipeState } from '@nsn/player';
import { useCallback, useEffect, useRef, useState } from 'react';

const key = 'nsn.viewer.prompts';
const promptsMax = 6;
const pollMilliseconds = 2_500;
const finalStates = new Set(['aired', 'failed']);
const goneReason = 'The gateway does not know this prompt any more: its network may have been reset. Send it again if you still want it.';

/** The viewer's own prompts and their way to air; kept for this tab, so that a reload does not lose them. */
export function usePrompts(player: Player, channel: string) {
  const [prompts, setPrompts] = useState<readonly RecipeState[]>(load);
  const [error, setError] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const latest = useRef(prompts);
  latest.current = prompts;
  // The key outlives a lost answer: sending the same text again is the same wish.
  const attempt = useRef<{ prompt: string; idempotencyKey: string } | null>(null);

  const update = useCallback((state: RecipeState) => {
    setPrompts(before => {
      const known = before.some(prompt => prompt.id === state.id);
      return known ? before.map(prompt => (prompt.id === state.id ? { ...prompt, ...state } : prompt)) : before;
    });
  }, []);

  useEffect(() => {
    const timer = setInterval(() => {
      for (const prompt of latest.current) {
        if (!finalStates.has(prompt.state)) void player.gateway.recipe(prompt.id).then(update, (cause: unknown) => isGone(cause) && update({ id: prompt.id, state: 'failed', reason: goneReason }));
      }
    }, pollMilliseconds);
    return () => clearInterval(timer);
  }, [player, update]);

  useEffect(() => {
    try {
      sessionStorage.setItem(key, JSON.stringify(prompts));
    } catch {
      // Not kept, then.
    }
  }, [prompts]);

  const submit = useCallback(
    async (prompt: string): Promise<boolean> => {
      if (attempt.current?.prompt !== prompt) attempt.current = { prompt, idempotencyKey: crypto.randomUUID() };
      setSending(true);
      setError(null);
      try {
        const state = await player.gateway.submit({ channel, prompt }, attempt.current.idempotencyKey);
        attempt.current = null;
        setPrompts(before => [{ ...state, prompt }, ...before.filter(known => known.id !== state.id)].slice(0, promptsMax));
        return true;
      } catch (cause) {
        setError(explain(cause));
        return false;
      } finally {
        setSending(false);
      }
    },
    [player, channel],
  );

  return { prompts, submit, sending, error };
}

/** "There is none" is final, as after a reset of the network; "not now" is not. */
function isGone(cause: unknown): boolean {
  return cause instanceof GatewayError && cause.status === 404;
}

function explain(cause: unknown): string {
  if (!(cause instanceof GatewayError)) return 'The prompt could not be sent. Try again.';
  const field = Object.values(cause.fields)[0]?.[0];
  const wait = cause.retryAfterSeconds === null ? '' : ` Try again in ${cause.retryAfterSeconds} s.`;
  return (field ?? cause.detail ?? cause.title) + wait;
}

function load(): readonly RecipeState[] {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(key) ?? '[]');
    return Array.isArray(stored) ? (stored as RecipeState[]).filter(prompt => typeof prompt?.id === 'string').slice(0, promptsMax) : [];
  } catch {
    return [];
  }
}
