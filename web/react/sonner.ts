'use client';
/**
 * Toasts by sonner. A module of its own, so that nobody else needs that package.
 *
 * @packageDocumentation
 */
import { toast } from 'sonner';
import type { Toaster } from './toaster.js';

/** For `<RealtimeProvider toaster={sonnerToaster}>`; the application renders sonner's own `<Toaster />` once. */
export const sonnerToaster: Toaster = ({ title, description, kind = 'info', id }) => {
  toast[kind](title, { ...(description === undefined ? {} : { description }), ...(id === undefined ? {} : { id }) });
};
