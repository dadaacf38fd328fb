// pg-boss with as many workers as jobs run at once, each of which fetches and completes a batch and does its jobs one by one.
import { PgBoss } from 'pg-boss'

const QUEUE = 'bench'
const BATCH = 100
const LOAD = 1000

export default async function pgBoss ({ concurrency, handle }) {
  const boss = new PgBoss({
    host: process.env.PGHOST,
    port: Number(process.env.PGPORT),
    database: process.env.PGDATABASE,
    user: process.env.PGUSER,
    password: process.env.PGPASSWORD,
    max: concurrency + 2,
    schedule: false
  })
  boss.on('error', error => {
    console.error(error)
    process.exit(1)
  })
  await boss.start()
  await boss.createQueue(QUEUE)
  return {
    settings: {
      localConcurrency: String(concurrency),
      batchSize: String(BATCH),
      burstWhenBatchFull: 'true',
      pollingIntervalSeconds: '0.5',
      schedule: 'false',
      connections: String(concurrency + 2)
    },
    unfinished: `select from pgboss.job where name = '${QUEUE}' and state < 'completed'`,
    async load (ids) {
      for (let i = 0; i < ids.length; i += LOAD) {
        await boss.insert(QUEUE, ids.slice(i, i + LOAD).map(id => ({ data: { id } })))
      }
    },
    async resume () {
      await boss.work(
        QUEUE,
        { localConcurrency: concurrency, batchSize: BATCH, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 },
        async jobs => {
          for (const job of jobs) {
            await handle(job.data.id)
          }
        }
      )
    },
    async pause () {
      await boss.offWork(QUEUE)
    }
  }
}
