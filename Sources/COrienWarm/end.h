/* The script begins: its end is told from here on. */
#pragma once

void end_await(void);
