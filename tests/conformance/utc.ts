/** Imported for its effect: upstream's times were printed where the clock shows UTC. */
import process from "node:process";

process.env.TZ = "UTC";
