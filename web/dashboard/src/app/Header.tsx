import { useMemo, type ReactNode, type Ref } from 'react';
import { RealtimeConnectionStatus } from 'switchboard-realtime/react';
import { useIsBehind } from '../data/freshness.js';
import { useIsReplaced } from '../data/network.js';
import { browserZone } from '../data/zone.js';
import { formatClockWithSeconds } from '../format.js';
import { WhoIsHere } from '../presence/WhoIsHere.js';
import { Brand } from './Brand.js';
import { ReloadButton } from './failures/ServerReplaced.js';
import { LabIcon } from './icons.js';
import { useHeaderHeight } from './room/useHeaderHeight.js';
import { statusTexts } from './statusTexts.js';

type Props = {
  children: ReactNode;
  isLabOpen: boolean;
  businessId: string | undefined;
  /** The business's; undefined while no business is known and nothing is subscribed to. */
  zone: string | undefined;
  labButton: Ref<HTMLButtonElement>;
  onLab: () => void;
};

export function Header({ children, isLabOpen, businessId, zone, labButton, onLab }: Props) {
  const isBehind = useIsBehind();
  const isReplaced = useIsReplaced();
  const texts = useMemo(
    () => ({ ...statusTexts, time: (at: number) => formatClockWithSeconds(at, zone ?? browserZone()) }),
    [zone],
  );
  return (
    <header ref={useHeaderHeight()} className="top">
      <Brand />
      {children}
      <div className="top-end">
        {isReplaced ? (
          <ReloadButton />
        ) : (
          <RealtimeConnectionStatus
            texts={texts}
            catchingUp={isBehind}
            {...(zone === undefined ? { words: { idle: 'Starting' } } : {})}
          />
        )}
        <WhoIsHere businessId={businessId} />
        <button
          ref={labButton}
          type="button"
          className="quiet-button"
          aria-label="Lab"
          aria-expanded={isLabOpen}
          aria-controls={isLabOpen ? 'lab' : undefined}
          onClick={onLab}
        >
          <LabIcon />
          <span className="lab-word">Lab</span>
        </button>
      </div>
    </header>
  );
}
