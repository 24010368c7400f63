import type { Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Config } from '../config';
import { ArgoServer } from '../kubernetes';
import { ArgoWorkflows, StepRunner } from './argo';
import { CommitQueue } from './argo/commit-queue';
import { Handovers } from './argo/handovers';
import { Lateness } from './argo/late';
import { Observer } from './argo/observer';
import { PodLogs } from './argo/pod-logs';
import { Reconciler } from './argo/reconciler';
import { Setbacks } from './argo/setbacks';
import { Submitter } from './argo/submitter';
import { WorkflowObjects } from './argo/workflow-objects';
import { Commits } from './commits';
import { Committer } from './committer';
import { EmbeddedWorkflows } from './embedded.workflows';
import { Endings } from './endings';
import { TaskQueue } from './task-queue';
import { Tasks } from './tasks';
import { Waiting } from './waiting';
import { Workflows } from './workflows';

/** What only Argo as the engine needs. Made with either: nothing of it does anything by itself. */
const argo = [
  ArgoServer,
  CommitQueue,
  Handovers,
  Lateness,
  Observer,
  PodLogs,
  Reconciler,
  Setbacks,
  StepRunner,
  Submitter,
  WorkflowObjects,
];

/** The engine of the settings; the one place that knows which it is. */
const engine: Provider = {
  provide: Workflows,
  inject: [Config, ModuleRef],
  useFactory: ({ values }: Config, parts: ModuleRef): Promise<Workflows> =>
    parts.create<Workflows>(values.workflows === 'argo' ? ArgoWorkflows : EmbeddedWorkflows),
};

export const workflowProviders = [Commits, Committer, Endings, TaskQueue, Tasks, Waiting, ...argo, engine];
