// Read by test-store.ts in the specs of this project alone.
process.env.MCTL_TEST_STORE = 'postgres';
