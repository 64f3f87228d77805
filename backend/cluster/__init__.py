# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs on a Ray cluster. Only :mod:`.pool` imports Ray, in a process of its own that :mod:`.driver` is.

```
Blender or its worker        driver                   a machine of the cluster
client.py  --JSON lines-->   driver.py, pool.py  -->  actor.py, runner.py  --JSON lines-->  galatea serve, or a worker
```
"""
