// graphile-worker with its local queue and batched completions. A runner cannot be paused: each window has one of its own.
import { Logger, makeWorkerUtils, run, runMigrations } from 'graphile-worker'
import pg from 'pg'

const QUEUE = 500
const BATCH = 1000
/** It has a line for every job that succeeded; what went wrong must be seen. */
const LOUD = new Set(['error', 'warning'])

function fail (error) {
  console.error(error)
  process.exit(1)
}

export default async function graphileWorker ({ concurrency, handle }) {
  const pgPool = new pg.Pool({ max: concurrency + 2 })
  pgPool.on('error', fail)
  pgPool.on('connect', client => client.on('error', fail))
  const logger = new Logger(() => (level, message) => LOUD.has(level) && console.error(level, message))
  await runMigrations({ pgPool, logger })
  const utils = await makeWorkerUtils({ pgPool, logger })
  let runner
  return {
    settings: {
      concurrentJobs: String(concurrency),
      'localQueue.size': String(QUEUE),
      completeJobBatchDelay: '0',
      connections: String(concurrency + 2)
    },
    unfinished: 'select from graphile_worker._private_jobs',
    async load (ids) {
      for (let i = 0; i < ids.length; i += BATCH) {
        await utils.addJobs(ids.slice(i, i + BATCH).map(id => ({ identifier: 'bench', payload: { id } })))
      }
    },
    async resume () {
      runner = await run({
        pgPool,
        logger,
        noHandleSignals: true,
        taskList: { bench: ({ id }) => handle(id) },
        preset: {
          worker: {
            concurrentJobs: concurrency,
            localQueue: { size: QUEUE },
            completeJobBatchDelay: 0,
            failJobBatchDelay: 0
          }
        }
      })
    },
    async pause () {
      await runner.stop()
    }
  }
}
