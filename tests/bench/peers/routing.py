"""Run by the interpreter of the peers' own environment: a problem in, routes out, as JSON.

Each is told the problem in the words it has. CPU time, not the clock, stops PyVRP and OR-Tools;
VROOM stops by its level of exploration.
"""

import json
import sys
import time

import numpy as np

BIG = 10**9


def fits(visit, shift):
    if visit["pair"] and not shift["pair"]:
        return []
    found = []
    for a, b in visit["windows"]:
        low, high = max(a, shift["start"]), min(b, shift["end"] - visit["service"])
        if low <= high:
            found.append((low, high))
    return found


def alternatives(asked, visit):
    """The fewest single windows on the common axis that say when the visit may start: those of
    consecutive shifts are one where the time between them is no work anyway."""
    runs, now = [], None
    for shift in asked["shifts"]:
        found = fits(visit, shift)
        if not found:
            if visit["pair"] and not shift["pair"]:
                continue
            if now:
                runs.append(now)
                now = None
            continue
        for low, high in found:
            from_start = low <= shift["start"]
            to_end = high >= shift["end"] - visit["service"]
            if now and now[2] and from_start:
                now = [now[0], high, to_end]
            else:
                if now:
                    runs.append(now)
                now = [low, high, to_end]
            if not to_end:
                runs.append(now)
                now = None
    if now:
        runs.append(now)
    return [(a, b) for a, b, _ in runs]


def by_pyvrp(asked, seconds):
    import pyvrp

    travel = np.array(asked["travel"])
    places = [pyvrp.Location(int(x), int(y)) for x, y in asked["xy"]]
    clients, groups, owner = [], [], []
    # A pair visit asks for one of what only pair shifts carry.
    for number, visit in enumerate(asked["visits"]):
        windows = alternatives(asked, visit)
        if not windows:
            continue
        common = {
            "location": visit["place"], "delivery": [int(visit["pair"]), visit["load"]],
            "service_duration": visit["service"],
        }  # fmt: skip
        if len(windows) == 1:
            (a, b), must = windows[0], visit["must"]
            clients.append(
                pyvrp.Client(tw_early=a, tw_late=b, prize=0 if must else visit["prize"],
                             required=must, **common)
            )  # fmt: skip
            owner.append(number)
            continue
        rows = []
        for a, b in windows:
            rows.append(len(clients))
            clients.append(
                pyvrp.Client(tw_early=a, tw_late=b, prize=visit["prize"], required=False,
                             group=len(groups), **common)
            )  # fmt: skip
            owner.append(number)
        groups.append(pyvrp.ClientGroup(rows, required=False))
    if asked["alike"]:
        shift = asked["shifts"][0]
        fleet = [
            pyvrp.VehicleType(len(asked["shifts"]), capacity=[BIG, shift["most"]], start_depot=0,
                              end_depot=0, tw_early=shift["start"], tw_late=shift["end"],
                              unit_distance_cost=1)
        ]  # fmt: skip
    else:
        fleet = [
            pyvrp.VehicleType(1, capacity=[BIG if s["pair"] else 0, s["most"] or BIG],
                              start_depot=0, end_depot=0, tw_early=s["start"], tw_late=s["end"],
                              unit_distance_cost=1)
            for s in asked["shifts"]
        ]  # fmt: skip
    depots = [pyvrp.Depot(location=0)]
    data = pyvrp.ProblemData(places, clients, depots, fleet, [travel], [travel], groups)
    began = time.process_time()
    result = pyvrp.solve(
        data, lambda _: time.process_time() - began > seconds, seed=asked["seed"],
        collect_stats=False, display=False,
    )  # fmt: skip
    routes = [[] for _ in asked["shifts"]]
    free = iter(range(len(routes)))
    for route in result.best.routes():
        row = next(free) if asked["alike"] else route.vehicle_type()
        routes[row] = [owner[act.idx] for act in route.schedule() if act.is_client()]
    return routes


def by_ortools(asked, seconds):
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    nodes, owner, windows = [0], [-1], {}
    for number, visit in enumerate(asked["visits"]):
        for a, b in alternatives(asked, visit):
            windows.setdefault(number, []).append((len(nodes), a, b))
            nodes.append(visit["place"])
            owner.append(number)
    shifts = asked["shifts"]
    manager = pywrapcp.RoutingIndexManager(len(nodes), len(shifts), 0)
    model = pywrapcp.RoutingModel(manager)
    way = np.array(asked["travel"])[np.ix_(nodes, nodes)]
    service = np.array([0] + [asked["visits"][k]["service"] for k in owner[1:]])
    cost = model.RegisterTransitMatrix(way.tolist())
    model.SetArcCostEvaluatorOfAllVehicles(cost)
    taken = model.RegisterTransitMatrix((way + service[:, None]).tolist())
    horizon = max(shift["end"] for shift in shifts)
    model.AddDimension(taken, horizon, horizon, False, "time")
    clock = model.GetDimensionOrDie("time")
    if any(shift["most"] for shift in shifts):
        loads = [0] + [asked["visits"][k]["load"] for k in owner[1:]]
        load = model.RegisterUnaryTransitVector(loads)
        most = [shift["most"] or BIG for shift in shifts]
        model.AddDimensionWithVehicleCapacity(load, 0, most, True, "load")
    for k, shift in enumerate(shifts):
        clock.CumulVar(model.Start(k)).SetRange(shift["start"], shift["end"])
        clock.CumulVar(model.End(k)).SetRange(shift["start"], shift["end"])
    for number, found in windows.items():
        visit, rows = asked["visits"][number], []
        for node, a, b in found:
            index = manager.NodeToIndex(node)
            rows.append(index)
            clock.CumulVar(index).SetRange(a, b)
            if visit["pair"]:
                pairs = [k for k, shift in enumerate(shifts) if shift["pair"]]
                model.VehicleVar(index).SetValues([-1, *pairs])
        model.AddDisjunction(rows, visit["prize"], 1)
    settings = pywrapcp.DefaultRoutingSearchParameters()
    settings.first_solution_strategy = (
        routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    )
    settings.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    settings.time_limit.FromSeconds(600)
    began = time.process_time()
    limit = model.solver().CustomLimit(lambda: time.process_time() - began > seconds)
    model.AddSearchMonitor(limit)
    solution = model.SolveWithParameters(settings)
    routes = [[] for _ in shifts]
    if solution is None:
        return routes
    for k in range(len(shifts)):
        index = model.Start(k)
        while not model.IsEnd(index):
            node = manager.IndexToNode(index)
            if node:
                routes[k].append(owner[node])
            index = solution.Value(model.NextVar(index))
    return routes


def by_vroom(asked, level):
    import vroom

    problem = vroom.Input()
    travel = np.array(asked["travel"], np.uint32)
    problem.set_durations_matrix(profile="car", matrix_input=travel)
    dearest = max(visit["prize"] for visit in asked["visits"])
    for number, visit in enumerate(asked["visits"]):
        merged = []
        for a, b in sorted({tuple(window) for window in visit["windows"]}):
            if merged and a <= merged[-1][1]:
                merged[-1][1] = max(b, merged[-1][1])
            else:
                merged.append([a, b])
        problem.add_job(
            vroom.Job(
                number + 1, location=visit["place"], default_service=visit["service"],
                skills={1} if visit["pair"] else None, delivery=[visit["load"]],
                priority=max(1, min(99, round(99 * visit["prize"] / dearest))),
                time_windows=[vroom.TimeWindow(a, b) for a, b in merged],
            )
        )  # fmt: skip
    for k, shift in enumerate(asked["shifts"]):
        problem.add_vehicle(
            vroom.Vehicle(
                k + 1, start=shift["place"], end=shift["place"], capacity=[shift["most"] or BIG],
                skills={1} if shift["pair"] else None,
                time_window=vroom.TimeWindow(shift["start"], shift["end"]),
            )
        )  # fmt: skip
    table = problem.solve(exploration_level=int(level), nb_threads=1).routes
    routes = [[] for _ in asked["shifts"]]
    for vehicle, rows in table[table.type == "job"].groupby("vehicle_id", sort=False):
        routes[int(vehicle) - 1] = [int(job) - 1 for job in rows.id]
    return routes


def ways(asked):
    """Seconds between all `ends`, by networkx's Dijkstra."""
    import networkx

    graph = networkx.DiGraph()
    for (a, b), there, back in zip(asked["pieces"], asked["forth"], asked["back"], strict=True):
        for u, v, cost in ((a, b, there), (b, a, back)):
            if cost is not None and cost < graph.get_edge_data(u, v, {"s": BIG})["s"]:
                graph.add_edge(u, v, s=cost)
    ends = asked["ends"]
    for end in ends:
        found = (
            networkx.single_source_dijkstra_path_length(graph, end, weight="s")
            if end in graph
            else {end: 0.0}
        )
        yield [found.get(other) for other in ends]


METHODS = {"PyVRP": by_pyvrp, "OR-Tools": by_ortools, "VROOM": by_vroom}

if __name__ == "__main__":
    asked = json.load(sys.stdin)
    answer = {"seconds": 0.0}
    if asked["method"] == "networkx":
        answer["ways"] = list(ways(asked))
    else:
        # The imports are not counted.
        if asked["method"] == "PyVRP":
            import pyvrp  # noqa: F401
        elif asked["method"] == "VROOM":
            import vroom  # noqa: F401
        else:
            from ortools.constraint_solver import pywrapcp  # noqa: F401
        began = time.process_time()
        answer["routes"] = METHODS[asked["method"]](asked, asked["effort"])
        answer["seconds"] = time.process_time() - began
    print(json.dumps(answer))
