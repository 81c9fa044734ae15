import { useLayoutEffect, useRef } from 'react';

interface PictureProps {
  readonly video: HTMLVideoElement;
  readonly concealed: boolean;
  readonly label: string;
  readonly onClick: () => void;
  readonly onDoubleClick: () => void;
}

/** Where the player's video element is put in the page; it plays since before there was one. */
export function Picture({ video, concealed, label, onClick, onDoubleClick }: PictureProps) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => place.current!.replaceChildren(video), [video]);
  useLayoutEffect(() => void video.classList.toggle('concealed', concealed), [video, concealed]);
  useLayoutEffect(() => video.setAttribute('aria-label', label), [video, label]);
  return <div className="screen" ref={place} onClick={onClick} onDoubleClick={onDoubleClick} />;
}
