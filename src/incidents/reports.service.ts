import { Inject, Injectable } from '@nestjs/common';
import { Audit } from '../platform/audit/audit';
import type { Actor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import { Config } from '../platform/config';
import { digestOf } from '../platform/crypto';
import { Conflict, InvalidInput, NotAllowed, NotFound } from '../platform/errors';
import { Gitops } from '../platform/gitops';
import { Store } from '../platform/store';
import { foreignLine, foreignText } from '../platform/text/foreign-text';
import { serviceNotFound } from '../services';
import { LIMITS } from './incident';
import { IncidentRecorder } from './incident-recorder';
import { IncidentsService } from './incidents.service';
import type { ReportedIncident, ReportIncidentInput } from './incidents.dto';
import type { Firing } from './report';
import { targetOf } from './transition.plan';

const SOURCE = 'manual';
/** Fingerprints of ours, which nobody reports by hand. */
const OURS = /^mctl:/i;
/** Fingerprints of sources: theirs is the word on how bad it is. */
const OF_SOURCES = /^(alertmanager|argocd|github):/;

/** Incidents that a person, or a program in a person's name, reports. */
@Injectable()
export class ReportsService {
  constructor(
    @Inject(IncidentRecorder) private readonly recorder: IncidentRecorder,
    @Inject(IncidentsService) private readonly incidents: IncidentsService,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(Store) private readonly store: Store,
    @Inject(Gitops) private readonly gitops: Gitops,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Records a report; the incident and its audit entry become durable together. The door has checked the role in the team.
   * @throws NotFound for a service that does not exist, or a source's incident that is not open; InvalidInput for fingerprints of ours; Conflict where the team has too many active incidents; NotAllowed read-only.
   */
  async report(actor: Actor, input: ReportIncidentInput): Promise<ReportedIncident> {
    if (this.config.values.readOnly) throw readOnly();
    if (OURS.test(input.fingerprint ?? '')) throw reserved();
    await this.checkService(input);
    const now = this.clock.now();
    const { outcome, id } = await this.store.transaction(async (transaction) => {
      const recorded = await this.recorder.record(transaction, firingOf(actor, input, now), now);
      if (recorded.outcome === 'counted') throw tooMany(input.team);
      if (recorded.outcome === 'unknown') throw nothingOpen(input.fingerprint);
      await this.audit.append(transaction, [
        {
          event: 'recorded',
          operation: 'report-incident',
          risk: 'low',
          actor,
          team: input.team,
          target: targetOf(recorded.id ?? ''),
          code: recorded.outcome,
        },
      ]);
      return recorded;
    });
    return { outcome, ...(await this.incidents.get(actor, { id: id ?? '' })) };
  }

  private async checkService({ team, service }: ReportIncidentInput): Promise<void> {
    if (service === undefined) return;
    const world = await this.gitops.world();
    if (!world.hasService(team, service)) throw serviceNotFound(world, team, service);
  }
}

function firingOf(actor: Actor, input: ReportIncidentInput, now: Date): Firing {
  const { team, service, type, severity } = input;
  const { fingerprint = `${SOURCE}:${digestOf({ service, type, summary: input.summary }).slice(0, 32)}` } = input;
  return {
    kind: 'firing',
    team,
    ...(service !== undefined && { service }),
    fingerprint,
    source: SOURCE,
    actor: actor.login,
    type,
    severity,
    summary: foreignLine(input.summary, LIMITS.summary),
    since: now,
    evidence: (input.evidence ?? []).map((note) => ({ kind: 'note', content: foreignText(note, LIMITS.evidence) })),
    ...(input.analysis !== undefined && { analysis: foreignText(input.analysis, LIMITS.analysis) }),
    ...(input.proposed_fix !== undefined && { proposedFix: foreignText(input.proposed_fix, LIMITS.proposedFix) }),
    ...(input.pr_url !== undefined && { prUrl: input.pr_url }),
    isOrdered: false,
    isRemark: OF_SOURCES.test(fingerprint),
  };
}

function reserved(): InvalidInput {
  return new InvalidInput('fingerprint must not begin with mctl:, which is for incidents that MCTL makes itself.', {
    code: 'reserved_fingerprint',
    field: 'fingerprint',
    expected: 'a fingerprint that does not begin with mctl:',
    fix: 'Choose another one, or leave it out.',
  });
}

function nothingOpen(fingerprint: string | undefined): NotFound {
  return new NotFound('The team has no open incident with this fingerprint, and only its source can open one.', {
    code: 'incident_not_found',
    field: 'fingerprint',
    got: fingerprint,
    fix: 'Take the fingerprint of an active incident (mctl_get_incident), or leave it out to report something new.',
  });
}

function tooMany(team: string): Conflict {
  return new Conflict(`${team} has as many active incidents as MCTL keeps (MCTL_INCIDENTS_PER_TEAM).`, {
    code: 'too_many_incidents',
    fix: 'Resolve those that are over; mctl_list_incidents lists them.',
  });
}

function readOnly(): NotAllowed {
  return new NotAllowed('MCTL runs read-only (MCTL_READ_ONLY=true); nothing can be changed through it.', {
    code: 'read_only',
  });
}
