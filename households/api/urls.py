from django.urls import path, re_path

from households.api import colours, conflicts, duties, exchange, past, people, territory, views

AREA = r"areas/(?P<code>\d{6}|\d{9}|\d{12}|\d{15})/"
TERRITORY = r"territory/(?P<code>\d{6}|\d{9}|\d{12})/"
GRID = r"(?P<code>\d{15})"

urlpatterns = [
    path("version/", views.version, name="version"),
    path("schemes/current/", views.scheme, name="current-scheme"),
    path("search/", views.find, name="search"),
    re_path(rf"^{AREA}$", views.area, name="area"),
    re_path(rf"^{AREA}households/$", views.area_households, name="area-households"),
    re_path(rf"^{TERRITORY}$", territory.territory, name="territory"),
    re_path(rf"^{TERRITORY}days/$", past.days, name="territory-days"),
    re_path(rf"^{TERRITORY}outlines/$", territory.outlines, name="territory-outlines"),
    re_path(rf"^{TERRITORY}export/$", exchange.export_territory, name="territory-export"),
    path("grids/select/", territory.select, name="grid-select"),
    path("grids/figures/", territory.figures, name="grid-figures"),
    re_path(rf"^grids/{GRID}/lead/$", territory.lead, name="grid-lead"),
    re_path(rf"^grids/{GRID}/support/$", territory.support, name="grid-support"),
    path("drafts/", territory.drafts, name="draft-list"),
    path("drafts/<int:pk>/", territory.draft, name="draft-detail"),
    path("drafts/<int:pk>/steps/", territory.steps, name="draft-steps"),
    path("drafts/<int:pk>/alternatives/", territory.alternatives, name="draft-alternatives"),
    path("drafts/<int:pk>/import/", exchange.import_into_draft, name="draft-import"),
    path("drafts/<int:pk>/undo/", territory.undo, name="draft-undo"),
    path("drafts/<int:pk>/redo/", territory.redo, name="draft-redo"),
    path("drafts/<int:pk>/preview/", territory.draft_preview, name="draft-preview"),
    path("drafts/<int:pk>/publish/", territory.draft_publish, name="draft-publish"),
    path("drafts/<int:pk>/propose/", territory.draft_propose, name="draft-propose"),
    path("drafts/<int:pk>/discard/", territory.draft_discard, name="draft-discard"),
    path("changes/", territory.changes, name="change-list"),
    path("changes/<int:pk>/undo/", territory.change_undo, name="change-undo"),
    re_path(rf"^history/grids/{GRID}/$", past.grid_history, name="grid-history"),
    path("history/households/<uuid:uuid>/", past.household_history, name="household-history"),
    path("households/<uuid:uuid>/people/", people.household_people, name="household-people"),
    path("households/<uuid:uuid>/reveal/", people.reveal, name="household-reveal"),
    path("households/<uuid:uuid>/timeline/", people.household_timeline, name="household-timeline"),
    path("households/<uuid:uuid>/colour/", colours.household_colour, name="household-colour"),
    path(
        "households/<uuid:uuid>/statement/",
        colours.household_statement,
        name="household-statement",
    ),
    path(
        "households/<uuid:uuid>/good-words/",
        colours.household_good_words,
        name="household-good-words",
    ),
    path("classifications/", colours.classifications, name="classification-list"),
    path(
        "classifications/<uuid:uuid>/<slug:step>/",
        colours.classification_step,
        name="classification-step",
    ),
    path("people/<uuid:uuid>/", people.person_detail, name="person-detail"),
    path("people/<uuid:uuid>/sensitive/", people.person_sensitive, name="person-sensitive"),
    path("claims/", duties.claims, name="claim-list"),
    path("claims/<int:pk>/end/", duties.claim_end, name="claim-end"),
    path("conflicts/", conflicts.conflict_list, name="conflict-list"),
    path("conflicts/<int:pk>/end/", conflicts.conflict_end, name="conflict-end"),
    path("leaves/", duties.leaves, name="leave-list"),
    path("covers/", duties.covers, name="cover-list"),
    path("covers/end/", duties.covers_end, name="cover-end"),
]
