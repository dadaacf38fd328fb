insert into bench_result (job_id, epoch, termination, exit_code, timed_out, oom_killed, success, stdout, stderr, stdout_bytes,
                          stderr_bytes, duration_ms, evidence_source, timeout_ms, memory_limit, cpu_limit, pids_limit,
                          output_limit, disk_limit, runtime, runtime_version, image, worker, stdout_utf8, stderr_utf8,
                          start_ms)
values (:job::uuid, 1, 'exited', 0, false, false, true, 'hello
', '', 6, 0, 0, 'scripted', 60000, 134217728, 1, 64, 1048576, 67108864, 'scripted', '1', 'scripted', 'worker-0123456789abcdef', true, true, 1)
