module.exports = {
  extends: ['@commitlint/config-conventional'],
  rules: {
    // Bodies say why, and may quote a command or a message that does not fit a line.
    'body-max-line-length': [0],
    'footer-max-line-length': [0],
    'subject-case': [2, 'never', ['start-case', 'pascal-case', 'upper-case']],
  },
};
