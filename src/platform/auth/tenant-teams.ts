import { Inject, Injectable } from '@nestjs/common';
import { Conflict, Unavailable } from '../errors';
import { Gitops, type World } from '../gitops';

/** Whether any tenant gives roles to GitHub teams: only then is a caller's membership worth a request. */
@Injectable()
export class TenantTeams {
  /** A world never changes, so neither does the answer. */
  private readonly answers = new WeakMap<World, boolean>();

  constructor(@Inject(Gitops) private readonly gitops: Gitops) {}

  async areUsed(): Promise<boolean> {
    try {
      const world = await this.gitops.world();
      const answer = this.answers.get(world) ?? world.teams().some((team) => namesTeams(world, team));
      this.answers.set(world, answer);
      return answer;
    } catch (error) {
      // Without the repository no role can be read either: whoever needs one is told so there.
      if (error instanceof Unavailable) return false;
      throw error;
    }
  }
}

function namesTeams(world: World, team: string): boolean {
  try {
    return (world.tenant(team)?.githubTeams.length ?? 0) > 0;
  } catch (error) {
    if (error instanceof Conflict) return false;
    throw error;
  }
}
