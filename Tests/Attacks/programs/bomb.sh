bomb() {
  bomb | bomb &
}
bomb
sleep 2
