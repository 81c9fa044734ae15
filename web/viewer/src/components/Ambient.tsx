import { useEffect, useRef } from 'react';

const width = 16;
const height = 9;

/**
 * The picture's colours as soft light around it: a tiny copy of the video, a few times a second, blurred while it is tiny. A blur in the
 * style sheet would be computed anew for every frame at the size of the stage, which without a graphics card takes most of a core.
 */
export function Ambient({ video, hidden }: { video: HTMLVideoElement; hidden: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (hidden || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    context.filter = 'blur(1px) saturate(1.25) brightness(0.62)';
    const timer = setInterval(() => {
      if (document.hidden || video.readyState < 2) return;
      context.drawImage(video, 0, 0, width, height);
    }, 320);
    return () => clearInterval(timer);
  }, [video, hidden]);
  return <canvas ref={canvas} className={`ambient${hidden ? ' concealed' : ''}`} width={width} height={height} aria-hidden="true" />;
}
