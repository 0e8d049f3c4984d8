// A backend of statsd that writes each flush as a line of JSON: what it counted since the last one, and its gauges.
'use strict';

exports.init = (startup, config, events) => {
	events.on('flush', (time, metrics) => {
		process.stdout.write(JSON.stringify({counters: metrics.counters, gauges: metrics.gauges}) + '\n');
	});
	return true;
};
