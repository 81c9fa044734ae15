import { useEffect, useRef, type RefObject } from 'react';

/** The picture's colours as soft light around it: a tiny copy of the video, a few times a second, blurred by the style sheet. */
export function Ambient({ video, hidden }: { video: RefObject<HTMLVideoElement | null>; hidden: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (hidden || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const timer = setInterval(() => {
      const source = video.current;
      if (document.hidden || source === null || source.readyState < 2) return;
      canvas.current?.getContext('2d')?.drawImage(source, 0, 0, 16, 9);
    }, 160);
    return () => clearInterval(timer);
  }, [video, hidden]);
  return <canvas ref={canvas} className={`ambient${hidden ? ' concealed' : ''}`} width={16} height={9} aria-hidden="true" />;
}
