// Which number below 300000 takes the most steps of Collatz's to come down to 1?
const limit = 300_000;
const steps = new Uint16Array(limit);
let longest = 1;
for (let start = 2; start < limit; start++) {
    let n = start;
    let count = 0;
    while (n >= start) {
        n = n % 2 === 0 ? n / 2 : 3 * n + 1;
        count++;
    }
    steps[start] = count + steps[n];
    if (steps[start] > steps[longest]) longest = start;
}
console.log(`${longest} takes ${steps[longest]} steps, the most below ${limit}`);
