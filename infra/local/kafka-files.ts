import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { run, which } from './commands.ts';
import type { Log } from './types.ts';
import { elapsed, messageOf } from './wait.ts';

export const KAFKA_VERSION = '4.1.1';
const LOG4J_VERSION = '2.24.3';
const JAVA_MIN = 17;
const KEY = `kafka-${KAFKA_VERSION}`;
const MAVEN_GOAL = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
const MAVEN_TIMEOUT_MS = 10 * 60_000;
const PROGRESS_MS = 3000;

/** What is needed to run Kafka here, or why it cannot run. */
export type KafkaTools = { java: string; jars: string } | { missing: string };

/** Finds Java and Maven, and downloads Kafka when it is not in the cache yet. */
export async function kafkaTools(cacheDir: string, env: NodeJS.ProcessEnv, log: Log): Promise<KafkaTools> {
  const java = findJava(env);
  if (java === null) return { missing: 'no Java' };
  const version = javaVersion(java, env);
  if (version === null) return { missing: `${java} does not run` };
  if (version < JAVA_MIN) return { missing: `Java ${version} is too old, Kafka needs ${JAVA_MIN}` };
  const maven = which('mvn', env);
  if (maven === null && !existsSync(join(cacheDir, KEY)))
    return { missing: 'no Maven (mvn) to download Kafka with' };
  try {
    const jars = await cached(cacheDir, KEY, log, async (into) => {
      if (maven !== null) await download(maven, into, env, log);
    });
    return { java, jars };
  } catch (error) {
    // A network without Maven's repository is like a machine without Maven, not a reason to refuse to start.
    return { missing: `Kafka could not be downloaded: ${messageOf(error)}` };
  }
}

function findJava(env: NodeJS.ProcessEnv): string | null {
  const chosen = env['JAVA_HOME'] ? join(env['JAVA_HOME'], 'bin', 'java') : null;
  return chosen !== null && existsSync(chosen) ? chosen : which('java', env);
}

function javaVersion(java: string, env: NodeJS.ProcessEnv): number | null {
  const { stderr, status } = spawnSync(java, ['-version'], { env, encoding: 'utf8', timeout: 20_000 });
  const [, major, minor] = /version "(\d+)(?:\.(\d+))?/.exec(stderr ?? '') ?? [];
  if (status !== 0 || major === undefined) return null;
  return major === '1' ? Number(minor) : Number(major);
}

async function download(maven: string, into: string, env: NodeJS.ProcessEnv, log: Log): Promise<void> {
  const start = performance.now();
  log(`kafka: downloading Kafka ${KAFKA_VERSION} with Maven (45 files, 43 MB)`);
  const work = join(into, 'maven');
  const jars = join(work, 'jars');
  await mkdir(jars, { recursive: true });
  await writeFile(join(work, 'pom.xml'), pom);
  let downloads = 0;
  const progress = setInterval(
    () => log(`kafka: ${downloads} files fetched, ${readdirSync(jars).length} in place (${elapsed(start)})`),
    PROGRESS_MS,
  );
  try {
    const args = ['-B', '-f', join(work, 'pom.xml'), MAVEN_GOAL, `-DoutputDirectory=${jars}`];
    await run(maven, [...args, '-DincludeScope=runtime', '-Dstyle.color=never'], {
      timeout_ms: MAVEN_TIMEOUT_MS,
      env,
      onLine: (line) => {
        if (/Downloaded from .*\.jar/.test(line)) downloads++;
      },
    });
  } finally {
    clearInterval(progress);
  }
  for (const name of readdirSync(jars)) await rename(join(jars, name), join(into, name));
  await rm(work, { recursive: true });
  log(`kafka: ${readdirSync(into).length} files in the cache (${elapsed(start)})`);
}

function dependency(group: string, name: string, version: string): string {
  return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
}

// Kafka's library leaves the choice of a logger to the user: without the second one its log stays empty.
const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>fengqiao</groupId>
  <artifactId>local-kafka</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    ${dependency('org.apache.kafka', 'kafka_2.13', KAFKA_VERSION)}
    ${dependency('org.apache.logging.log4j', 'log4j-slf4j-impl', LOG4J_VERSION)}
  </dependencies>
</project>
`;
