import { defineConfig } from 'vitest/config';

const unit = ['**/src/**/*.test.ts'];
const integration = ['**/src/**/*.int.test.ts', 'tests/gates/**/*.test.ts'];
const replicas = ['**/src/**/*.replicas.test.ts'];

/** unit: no I/O. integration: real PostgreSQL and Redis, and the proof that the gates hold. replicas: several of one service race, for long, one file at a time. journeys: the whole cluster and a real browser. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: unit, exclude: ['**/node_modules/**', ...integration, ...replicas] } },
      {
        test: {
          name: 'integration',
          include: integration,
          globalSetup: ['tests/setup/datastores.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'replicas',
          include: replicas,
          globalSetup: ['tests/setup/datastores.ts'],
          fileParallelism: false,
          testTimeout: 90_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'journeys',
          include: ['tests/{journeys,resilience,conformance}/**/*.test.ts'],
          globalSetup: ['tests/setup/cluster.ts'],
          fileParallelism: false,
          testTimeout: 90_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
