/* A library that is no plugin: it does not export the entry, or with -DDATA something that is no
 * function by its name. */
#ifdef DATA
int orien_plugin_v1 = 1;
#endif
int answer(void) { return 42; }
