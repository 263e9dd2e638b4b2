import type { ConferenceEvent } from '../../../domain/conference/conference.ts';
import type { ContractsOf, Differing, None } from '../contract.ts';
import { conferenceCancelled } from './conference-cancelled.ts';
import { conferenceHeld } from './conference-held.ts';
import { conferenceOpened } from './conference-opened.ts';
import { conferenceOverdue } from './conference-overdue.ts';
import { conferenceScheduled } from './conference-scheduled.ts';
import { participantReplied } from './participant-replied.ts';
import { participantSilent } from './participant-silent.ts';

/** The contracts of what can happen to a conference, clocks aside. */
export const CONFERENCE_EVENTS = {
  'conference-opened': conferenceOpened,
  'conference-scheduled': conferenceScheduled,
  'participant-replied': participantReplied,
  'participant-silent': participantSilent,
  'conference-held': conferenceHeld,
  'conference-overdue': conferenceOverdue,
  'conference-cancelled': conferenceCancelled,
} satisfies ContractsOf<ConferenceEvent>;

/** Compiles only while every schema says exactly what the domain says; an event that differs is named here. */
export type DifferingConferenceEvents = None<Differing<typeof CONFERENCE_EVENTS, ConferenceEvent>>;
