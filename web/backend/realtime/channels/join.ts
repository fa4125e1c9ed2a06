import { Channel } from './channel.js';
import type { Inbound } from '../wire/codec.js';
import type { Hub } from '../hub.js';
import { JoinPayloadError, parseJoin, type JoinConfig } from './joinConfig.js';
import { MissingPartition, PolicyError, QueryCanceled } from '../messages/authorization.js';
import { ChannelPolicies } from '../messages/channelPolicies.js';
import { ReplayParameterError, type ReplayedMessage } from '../messages/messageStore.js';
import { joinReason } from '../tokenMessages.js';
import type { SocketView } from '../views.js';
import { JoinRefused } from './joinRefused.js';

/** Runs the server's checks in its order and makes the channel. Throws JoinRefused. */
export async function admit(hub: Hub, socket: SocketView, inbound: Inbound): Promise<Channel> {
  const { topic, joinRef } = inbound;
  const name = topic.slice('realtime:'.length);
  if (name === '') throw new JoinRefused('TopicNameRequired: You must provide a topic name');
  const config = readConfig(inbound, name);
  const intercepted = hub.interceptJoin(topic);
  if (intercepted !== null) throw new JoinRefused(intercepted);
  if (hub.settings.privateOnly && !config.isPrivate) {
    throw new JoinRefused('PrivateOnly: This project only allows private channels');
  }
  checkLimits(hub, socket);
  const token = config.accessToken ?? socket.token;
  const verified = await hub.tokens.verify(token);
  if (!verified.ok) throw new JoinRefused(joinReason(verified.problem));
  const { claims } = verified;
  const policies = new ChannelPolicies(
    hub.authorization,
    config.isPrivate ? { topic: name, claims, headers: socket.headers } : null,
  );
  await evaluateReads(policies, name, config);
  if (config.replay !== null)
    hub.settings.log('debug', `replay for ${topic}, join ${String(joinRef)} of connection ${socket.id}`);
  const replay = await findReplay(hub, name, config);
  return new Channel({ hub, socket, topic, joinRef, config, token, claims, policies, replay });
}

/** A channel may be joined by who may read either of broadcast and presence, and replayed by who may read broadcasts. */
async function evaluateReads(policies: ChannelPolicies, name: string, config: JoinConfig): Promise<void> {
  const unauthorized = `Unauthorized: You do not have permissions to read from this Channel topic: ${name}`;
  try {
    await policies.evaluateReads(config.presenceEnabled);
  } catch (error) {
    throw new JoinRefused(error instanceof PolicyError ? unauthorized : evaluationFailure(error));
  }
  if (!policies.canReadAny || (config.replay !== null && !policies.canRead('broadcast'))) {
    throw new JoinRefused(unauthorized);
  }
}

function evaluationFailure(error: unknown): string {
  if (error instanceof QueryCanceled) return `QueryCanceled: ${error.message}`;
  return error instanceof MissingPartition
    ? 'MissingPartition: Realtime was unable to find the expected messages partition'
    : 'UnableToConnectToProject: Realtime was unable to connect to the project database';
}

function readConfig(inbound: Inbound, name: string): JoinConfig {
  try {
    return parseJoin(inbound.payload.kind === 'json' ? inbound.payload.value : null, name);
  } catch (error) {
    if (error instanceof JoinPayloadError) throw new JoinRefused(`UnknownErrorOnChannel: ${error.message}`);
    throw error;
  }
}

function checkLimits(hub: Hub, socket: SocketView): void {
  const { limits } = hub.settings;
  if (!socket.hasJoined && hub.users >= limits.sockets) {
    throw new JoinRefused('ConnectionRateLimitReached: Too many connected users');
  }
  if (hub.rates.joins.isTripped) {
    throw new JoinRefused('ClientJoinRateLimitReached: Too many joins per second', true);
  }
  hub.rates.joins.add();
  if (socket.channelCount >= limits.channelsPerSocket) {
    throw new JoinRefused('ChannelRateLimitReached: Too many channels');
  }
}

async function findReplay(hub: Hub, name: string, config: JoinConfig): Promise<ReplayedMessage[]> {
  if (config.replay === null) return [];
  if (!config.isPrivate) {
    throw new JoinRefused('UnableToReplayMessages: Replay is not allowed for public channels');
  }
  try {
    return await hub.messages.replay(name, config.replay.parameters);
  } catch (error) {
    const isParameter = error instanceof ReplayParameterError;
    throw new JoinRefused(
      `UnableToReplayMessages: ${isParameter ? 'Replay params are not valid' : 'Realtime was unable to replay messages'}`,
    );
  }
}
