// Runs one peer by commands on standard input, one a line, each answered by a line `@ {json}` on standard output:
//
//              -> {"event":"ready","version":"1.2.3","settings":{...}}
//   load 1000  -> {"event":"loaded"}
//   run 1000   -> {"event":"ran","handled":1000,"nanos":123456789}
//
// The time is that from the first job's start until the database has the last one as done. The end of input ends the program.
// The database comes by libpq's environment variables, which pg reads by itself; how many jobs run at once by BENCH_CONCURRENCY,
// and what a job does by BENCH_INSERT: a statement, or nothing.
import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import graphileWorker from './graphile-worker.mjs'
import pgBoss from './pg-boss.mjs'

const STALLED_MS = 60_000
const LOOK_MS = 2

/** What a job does, and the clock of a window: when the first job began, and whether all have been handled. */
class Work {
  #pool
  #insert
  #jobs = 0
  #first = 0n
  #all = Promise.resolve()
  #resolve = () => {}
  handled = 0

  constructor (pool, insert) {
    this.#pool = pool
    this.#insert = insert.replace(':job', '$1')
  }

  /** Before the workers may begin. */
  expect (jobs) {
    this.#jobs = jobs
    this.#first = 0n
    this.handled = 0
    this.#all = new Promise(resolve => { this.#resolve = resolve })
  }

  /** One job. Nothing to wait for where it does nothing. */
  handle (id) {
    if (this.#first === 0n) {
      this.#first = process.hrtime.bigint()
    }
    if (this.#insert === '') {
      this.#count()
      return undefined
    }
    // A named statement: parsed once a connection, as the Java drivers' are.
    return this.#pool.query({ name: 'insert', text: this.#insert, values: [id] }).then(() => this.#count(), fail)
  }

  #count () {
    this.handled++
    if (this.handled === this.#jobs) {
      this.#resolve()
    }
  }

  async awaitAll () {
    let before = -1
    const stalled = setInterval(() => {
      if (this.handled === before) {
        fail(new Error(`no job handled for ${STALLED_MS} ms, after ${this.handled} of ${this.#jobs}`))
      }
      before = this.handled
    }, STALLED_MS)
    await this.#all
    clearInterval(stalled)
  }

  nanosSinceFirst () {
    return Number(process.hrtime.bigint() - this.#first)
  }
}

function fail (error) {
  console.error(error)
  process.exit(1)
}

function say (event) {
  process.stdout.write(`@ ${JSON.stringify(event)}\n`)
}

function versionOf (name) {
  const entry = createRequire(import.meta.url).resolve(name)
  const folder = entry.slice(0, entry.lastIndexOf(`/node_modules/${name}/`))
  return JSON.parse(readFileSync(`${folder}/node_modules/${name}/package.json`, 'utf8')).version
}

async function run (peer, pool, work, jobs) {
  work.expect(jobs)
  await peer.resume()
  await work.awaitAll()
  while ((await pool.query(`select exists (${peer.unfinished}) as more`)).rows[0].more) {
    await sleep(LOOK_MS)
  }
  const nanos = work.nanosSinceFirst()
  await peer.pause()
  say({ event: 'ran', handled: work.handled, nanos })
}

const peers = { 'graphile-worker': graphileWorker, 'pg-boss': pgBoss }

async function main () {
  const name = process.argv[2]
  const concurrency = Number(process.env.BENCH_CONCURRENCY)
  // As many as run jobs, and one for the look whether the queue is empty. The libraries have pools of their own.
  const pool = new pg.Pool({ max: concurrency + 1 })
  pool.on('error', fail)
  const work = new Work(pool, process.env.BENCH_INSERT)
  const peer = await peers[name]({ concurrency, handle: id => work.handle(id) })
  say({ event: 'ready', version: versionOf(name), settings: { ...peer.settings, node: process.version } })
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, count] = line.split(' ')
    const jobs = Number(count)
    if (command === 'load') {
      await peer.load(Array.from({ length: jobs }, () => randomUUID()))
      say({ event: 'loaded' })
    } else if (command === 'run') {
      await run(peer, pool, work, jobs)
    } else {
      throw new Error(`there is no command ${line}`)
    }
  }
  process.exit(0)
}

main().catch(fail)
