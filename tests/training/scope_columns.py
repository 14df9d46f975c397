"""Every column of every scope file, one by one. A new one is a decision, not an accident."""

INSTITUTION = {
    "programme_years": (
        "key name_zh name_en state doc_no signed_on published_on target_trainees "
        "min_manufacturing_percent period_months contact_form_due selection_due "
        "min_attendance_percent"
    ),
    "provinces": "code seq name_zh name_en kind_zh region_zh region_en",
    "institutions": "slug seq name_zh name_en",
    "tracks": "code seq name_zh name_en organiser",
    "industries": "code level section_code name_zh name_en is_manufacturing",
    "trainee_states": "code seq name_zh name_en is_pipeline is_counted is_active is_done",
    "kinds": "code name_zh name_en",
    "origins": "code name_zh name_en",
    "sexes": "code name_zh name_en",
    "srdi_levels": "code name_zh name_en",
    "institution_years": "year status",
    "institution_tracks": "year track",
    "cohorts": "id year track name starts_on ends_on duration_kind delivery",
    "roster_batches": (
        "id year status file_name sha256 kind rows new changed unchanged rejected absent "
        "skipped mode only_valid uploaded_by uploaded_at decided_at decision_reason"
    ),
    "trainees": (
        "id year name state track cohort_id sex id_type id_masked age_at_selection "
        "mobile_masked email enterprise_name uscc position province recommending_authority "
        "origin industry_code main_business kind employees revenue_wan assets_wan founded_on "
        "srdi_level on_giant_list cohort note selected_at batch_id batch_row"
    ),
    "trainee_events": "id trainee_id at from_state to_state reason",
    "batch_changes": "id batch_id trainee_id row column old new",
    "batch_problems": "id batch_id row column code severity details",
    "certificates": "number trainee_id issued_on status",
    "training_plans": (
        "id year version status office_agreed_at province_agreed_at institution_agreed_at"
    ),
    "commissioned_trainings": "id year province mode title starts_on reported_at miit_ack_at",
    "suspensions": "year assessed_year document published_at",
    "current_year": "key",
    "people_in_words": (
        "id year name state track cohort id_masked mobile_masked enterprise_name uscc "
        "position province recommending_authority industry is_manufacturing"
    ),
    "edition": "seq changed_at layout",
}

PROVINCE = {
    "programme_years": (
        "key name_zh name_en state doc_no signed_on published_on target_trainees "
        "min_manufacturing_percent period_months contact_form_due selection_due "
        "min_attendance_percent"
    ),
    "provinces": "code seq name_zh name_en kind_zh region_zh region_en",
    "institutions": "slug seq name_zh name_en",
    "tracks": "code seq name_zh name_en organiser",
    "industries": "code level section_code name_zh name_en is_manufacturing",
    "trainee_states": "code seq name_zh name_en is_pipeline is_counted is_active is_done",
    "kinds": "code name_zh name_en",
    "origins": "code name_zh name_en",
    "sexes": "code name_zh name_en",
    "srdi_levels": "code name_zh name_en",
    "relations": "code name_zh name_en",
    "institution_years": "year institution status",
    "institution_tracks": "year institution track",
    "roster_batches": (
        "id year status file_name sha256 kind rows new changed unchanged rejected absent "
        "skipped mode only_valid uploaded_by uploaded_at decided_at decision_reason"
    ),
    "trainees": (
        "id year relation name state institution track id_type id_masked mobile_masked "
        "enterprise_name uscc position province recommending_authority origin industry_code "
        "kind srdi_level on_giant_list cohort sex age_at_selection email main_business "
        "employees revenue_wan assets_wan founded_on note selected_at batch_id batch_row"
    ),
    "trainee_events": "id trainee_id at from_state to_state reason",
    "batch_changes": "id batch_id trainee_id row column old new",
    "batch_problems": "id batch_id row column code severity details",
    "province_contacts": "id role name department title phone email valid_from valid_to",
    "contact_forms": "year received_at file_sha256 status",
    "commissioned_trainings": "id year institution mode title starts_on reported_at miit_ack_at",
    "current_year": "key",
    "people_in_words": (
        "id year relation name state institution track cohort id_masked mobile_masked "
        "enterprise_name uscc position province recommending_authority industry "
        "is_manufacturing"
    ),
    "edition": "seq changed_at layout",
}

ANALYSIS = {
    "programme_years": "key name_zh name_en state target_trainees min_manufacturing_percent",
    "stages": "code seq name_zh name_en is_counted is_active is_done",
    "kinds": "code name_zh name_en",
    "sexes": "code name_zh name_en",
    "manufacturing": "code name_zh name_en",
    "age_bands": "code name_zh name_en",
    "srdi_levels": "code name_zh name_en",
    "origins": "code name_zh name_en",
    "institutions": "slug seq name_zh name_en",
    "provinces": "code seq name_zh name_en kind_zh region_zh region_en",
    "tracks": "code seq name_zh name_en",
    "industries": "code name_zh name_en is_manufacturing",
    "people_by_institution": "id year stage manufacturing kind institution track",
    "people_by_place": "id year stage manufacturing kind region province sex age_band",
    "people_by_profile": "id year stage manufacturing kind section sex age_band srdi_level origin",
    "headcount_by_year": "year target trained approved finished withheld",
    "manufacturing_by_year": "year manufacturing trained unknown value upper_value",
    "manufacturing_by_institution": (
        "year institution manufacturing trained unknown value upper_value"
    ),
    "manufacturing_by_authority": "year province manufacturing trained unknown value upper_value",
    "edition": "seq changed_at layout",
}
