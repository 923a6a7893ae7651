module.exports = require("./common.cjs").setup;
