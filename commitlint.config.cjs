module.exports = {
  extends: ['@commitlint/config-conventional'],
  rules: {
    // As wide as the code.
    'header-max-length': [2, 'always', 120],
    // Bodies say why, and may quote a command or a message that does not fit a line.
    'body-max-line-length': [0],
    'footer-max-line-length': [0],
    'subject-case': [2, 'never', ['start-case', 'pascal-case', 'upper-case']],
  },
};
