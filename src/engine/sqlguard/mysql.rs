//! MySQL and MariaDB: functions by an allow-list, SHOW by its words, the options of EXPLAIN.
//!
//! A stored function or a loaded one is called like a built-in one, so only names that both servers build in
//! are taken, and of these only what neither waits, locks, counts on, nor touches a file.

use super::lex::{Kind, Token};
use super::{Refusal, What};

/// Words that stand before a bracket without calling anything.
const NOT_CALLED: &str = "
    against all and any as between by case cross current desc distinct div else elseif except exists for force from
    group having ignore in index inner intersect interval is join json_table key lateral left like limit mod natural
    not null offset on or order outer over partition primary range recursive regexp right rlike row rows select set
    some straight_join table then union unique use using value values when where window with xor
    bigint bit blob boolean char character columns date datetime dec decimal double enum fixed float geometry int
    integer json longblob longtext mediumblob mediumint mediumtext nchar numeric nvarchar precision real signed
    smallint text time timestamp tinyblob tinyint tinytext unsigned varbinary varchar vector year";

/// Built-in functions that only compute or tell something about the server.
const ALLOWED: &str = "
    abs acos add_months adddate addtime aes_decrypt aes_encrypt any_value ascii asin atan atan2 avg bin bin_to_uuid
    bit_and bit_count bit_length bit_or bit_xor can_access_column can_access_database can_access_table cast ceil
    ceiling char char_length character_length charset chr coalesce coercibility collation column_check column_create
    column_delete column_exists column_get column_json column_list compress concat concat_operator_oracle concat_ws
    connection_id conv convert convert_tz cos cot count crc32 crc32c cume_dist curdate current_date current_role
    current_time current_timestamp current_user curtime database date date_add date_format date_sub datediff day
    dayname dayofmonth dayofweek dayofyear decode decode_histogram decode_oracle default degrees dense_rank des_decrypt
    distance elt encode encrypt exp export_set extract extractvalue field find_in_set first_value floor format
    format_bytes format_pico_time found_rows from_base64 from_days from_unixtime from_vector geomcollection
    geometrycollection get_format greatest group_concat grouping hex hour icu_version if ifnull inet6_aton inet6_ntoa
    inet_aton inet_ntoa insert instr interval is_free_lock is_ipv4 is_ipv4_compat is_ipv4_mapped is_ipv6 is_used_lock
    is_uuid isnull json_array json_array_append json_array_insert json_array_intersect json_arrayagg json_compact
    json_contains json_contains_path json_depth json_detailed json_equals json_exists json_extract json_insert json_key_value
    json_keys json_length json_loose json_merge json_merge_patch json_merge_preserve json_normalize
    json_object json_object_filter_keys json_object_to_array json_objectagg json_overlaps json_pretty json_query
    json_quote json_remove json_replace json_schema_valid json_schema_validation_report json_search json_set
    json_storage_free json_storage_size json_table json_type json_unquote json_valid json_value kdf lag last_day
    last_value lcase lead least left length lengthb linestring ln localtime localtimestamp locate log log10 log2 lower
    lpad ltrim make_set makedate maketime match max mbrcontains mbrcoveredby mbrcovers mbrdisjoint mbrequal mbrequals
    mbrintersects mbroverlaps mbrtouches mbrwithin md5 median microsecond mid min minute mod month monthname
    multilinestring multipoint multipolygon name_const nth_value ntile now nullif nvl nvl2 oct octet_length old_password
    ord password percent_rank percentile_cont percentile_disc period_add period_diff pi point polygon position pow
    power ps_current_thread_id ps_thread_id quarter quote radians rand random_bytes rank regexp_instr regexp_like
    regexp_replace regexp_substr repeat replace reverse right roles_graphml round row_count row_number rownum rpad
    rtrim schema sec_to_time second session_user sformat sha sha1 sha2 sign sin soundex space sqrt st_area st_asbinary
    st_asgeojson st_astext st_aswkb st_aswkt st_boundary st_buffer st_buffer_strategy st_centroid st_collect
    st_contains st_convexhull st_crosses st_difference st_dimension st_disjoint st_distance st_distance_sphere
    st_endpoint st_envelope st_equals st_exteriorring st_frechetdistance st_geohash st_geomcollfromtext
    st_geomcollfromwkb st_geometryfromtext st_geometryn st_geometrytype st_geomfromgeojson st_geomfromtext
    st_geomfromwkb st_hausdorffdistance st_interiorringn st_intersection st_intersects st_isclosed st_isempty
    st_isring st_issimple st_isvalid st_latfromgeohash st_latitude st_length st_lineinterpolatepoint
    st_linefromtext st_linestringfromtext st_longfromgeohash st_longitude st_makeenvelope st_numgeometries
    st_numinteriorring st_numinteriorrings st_numpoints st_overlaps st_pointatdistance st_pointfromgeohash
    st_pointfromtext st_pointn st_pointonsurface st_polyfromtext st_polygonfromtext st_relate st_simplify st_srid
    st_startpoint st_swapxy st_symdifference st_touches st_transform st_union st_validate st_within st_x st_y
    statement_digest statement_digest_text std stddev stddev_pop stddev_samp str_to_date strcmp string_to_vector
    subdate substr substring substring_index subtime sum sysdate system_user tan time time_format time_to_sec timediff
    timestamp timestampadd timestampdiff to_base64 to_char to_days to_number to_seconds to_vector trim trim_oracle
    trunc truncate ucase uncompress uncompressed_length unhex unix_timestamp updatexml upper user utc_date utc_time
    utc_timestamp uuid uuid_short uuid_to_bin uuid_v4 uuid_v7 validate_password_strength values var_pop var_samp
    variance vec_distance vec_distance_cosine vec_distance_euclidean vec_fromtext vec_totext vector_dim
    vector_to_string version week weekday weekofyear weight_string year yearweek natural_sort_key nullif charset
    lower rtrim_oracle ltrim_oracle replace_oracle substr_oracle rpad_oracle lpad_oracle length_oracle concat_oracle
    trim_oracle";

/// What SHOW may show, by its first word behind FULL, GLOBAL and their like.
const SHOWN: &str = "
    tables databases schemas columns fields index indexes keys create status variables processlist table warnings
    errors engines engine storage plugins grants privileges character charset collation triggers events procedure
    function open binary master replica slave replicas all count user_statistics index_statistics table_statistics
    client_statistics profiles package";

fn lists(list: &str, name: &str) -> bool {
    list.split_whitespace().any(|known| known == name)
}

/// Refuses what calls something that is not on the list.
pub(super) fn check(tokens: &[Token]) -> Result<(), Refusal> {
    match first_call(tokens, |n, token| may_call(tokens, n, token)) {
        None => Ok(()),
        Some(n) => Err(refusal(tokens, n)),
    }
}

/// The first function of a view's definition that is not on the list. The text is the server's own.
pub(super) fn odd_call(tokens: &[Token]) -> Option<String> {
    let n = first_call(tokens, |n, token| may_call(tokens, n, token))?;
    Some(tokens[n].text.clone())
}

fn first_call(tokens: &[Token], fine: impl Fn(usize, &Token) -> bool) -> Option<usize> {
    let called = |n: usize| tokens.get(n + 1).is_some_and(|token| token.is("("));
    (0..tokens.len()).find(|&n| tokens[n].is_name() && called(n) && !fine(n, &tokens[n]))
}

fn may_call(tokens: &[Token], n: usize, token: &Token) -> bool {
    let before = n.checked_sub(1).and_then(|n| tokens.get(n));
    let qualified = before.is_some_and(|token| token.is("."));
    let name = token.text.to_lowercase();
    if is_named_here(tokens, n) {
        return true;
    }
    if qualified {
        return false;
    }
    match name.as_str() {
        // With a value it sets what the session remembers.
        "last_insert_id" => tokens.get(n + 2).is_some_and(|token| token.is(")")),
        _ => (token.kind == Kind::Word && lists(NOT_CALLED, &name)) || lists(ALLOWED, &name),
    }
}

/// True where a name with a list of columns is given, not a function called: `) t (a, b)`, `AS t (a, b)`,
/// `WITH t (a, b) AS (`.
fn is_named_here(tokens: &[Token], n: usize) -> bool {
    let Some(before) = n.checked_sub(1).and_then(|n| tokens.get(n)) else { return false };
    if before.is(")") || before.word("as") {
        return true;
    }
    if !(before.word("with") || before.word("recursive") || before.is(",")) {
        return false;
    }
    let Some(end) = closing(tokens, n + 1) else { return false };
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token.word(text) || token.is(text));
    let columns = tokens[n + 2..end].iter().all(|token| token.is_name() || token.is(","));
    columns && is(end + 1, "as") && is(end + 2, "(")
}

fn closing(tokens: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (n, token) in tokens.iter().enumerate().skip(open) {
        if token.is("(") {
            depth += 1;
        } else if token.is(")") {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(n);
            }
        }
    }
    None
}

fn refusal(tokens: &[Token], n: usize) -> Refusal {
    let name = &tokens[n].text;
    let qualified = n > 0 && tokens[n - 1].is(".");
    let why = match name.as_str() {
        _ if qualified => "is a stored function, which may do anything",
        "sleep"
        | "benchmark"
        | "master_pos_wait"
        | "source_pos_wait"
        | "master_gtid_wait"
        | "wait_for_executed_gtid_set"
        | "wait_until_sql_thread_after_gtids" => "only keeps the server waiting",
        "get_lock" | "release_lock" | "release_all_locks" => "takes or gives back a lock",
        "load_file" => "reads a file of the server",
        "nextval" | "setval" => "moves a sequence",
        "last_insert_id" => "with a value sets what the session remembers",
        _ => "is none of the server's functions that only compute, so it may do anything",
    };
    Refusal::new(format!("{name}() {why}: leave it out")).at(tokens[n].at)
}

pub(super) fn show(rest: &[Token]) -> Result<What, Refusal> {
    const BEFORE: [&str; 5] = ["full", "extended", "global", "session", "local"];
    let Some(what) = rest.iter().find(|token| !BEFORE.iter().any(|word| token.word(word))) else {
        return Err(Refusal::new("SHOW is not whole: SHOW TABLES"));
    };
    if !(what.kind == Kind::Word && lists(SHOWN, &what.text)) {
        let word = what.text.to_uppercase();
        return Err(Refusal::new(format!("SHOW {word} is not run here: it is not known to be light")).at(what.at));
    }
    let code = rest.iter().find(|token| token.word("code") || token.word("analyze"));
    match code {
        Some(token) => Err(Refusal::new(format!("SHOW … {} is not run here", token.text.to_uppercase())).at(token.at)),
        None => Ok(What::Show),
    }
}

/// How many tokens the options of EXPLAIN take.
pub(super) fn explain_options(rest: &[Token]) -> Result<usize, Refusal> {
    let is = |n: usize, text: &str| rest.get(n).is_some_and(|token| token.text == text);
    match rest.first() {
        Some(token) if token.word("extended") || token.word("partitions") => Ok(1),
        Some(token) if token.word("format") => match is(1, "=") && rest.get(2).is_some() {
            true => Ok(3),
            false => Err(Refusal::new("FORMAT of EXPLAIN is not whole: EXPLAIN FORMAT=JSON SELECT …").at(token.at)),
        },
        Some(token) if token.word("for") => {
            Err(Refusal::new("EXPLAIN FOR looks into another session: explain the statement itself").at(token.at))
        }
        _ => Ok(0),
    }
}
