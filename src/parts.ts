/** The two programs of this package, each loaded when it is asked for. Also what the build bundles. */
export const parts = {
  server: () => import('./server.js'),
  commands: () => import('./commands.js'),
};

export type Part = keyof typeof parts;
