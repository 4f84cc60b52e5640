// Does what each line of its input says, a JSON object, by the client of chains, and answers with a
// line: so that a script holds it to what others make of the same.

func serve() {
  let probe = Probe()
  while let line = readLine() {
    print(probe.answer(to: line))
    flushOutput()
  }
}

serve()
