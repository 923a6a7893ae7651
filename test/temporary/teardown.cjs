module.exports = require("./common.cjs").teardown;
