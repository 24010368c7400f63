// Read by test-store.ts in the specs of this project alone.
process.env.TEST_STORE = 'postgres';
