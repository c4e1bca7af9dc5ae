//! What people send, change and react to; files both ways.

use super::{Small, after, kinds, small};
use majordomo::domain::types::ChatId;
use majordomo::playground::telegram::{Fault, FaultKind, Letter, Options, Refused};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

/// Takes what has been told.
async fn fresh(it: &Small) -> Vec<Value> {
    let heard = ["message", "edited_message", "channel_post", "message_reaction", "chat_member"];
    let updates = it.bot.updates(json!({ "allowed_updates": heard })).await;
    it.bot.updates(json!({ "offset": after(&updates) })).await;
    updates
}

/// Sends a form with files, as an HTTP client does.
async fn upload(it: &Small, method: &str, form: Form) -> (u16, Value) {
    let answer = it.bot.http.post(format!("{}/{method}", it.bot.base)).multipart(form).send().await.unwrap();
    (answer.status().as_u16(), serde_json::from_str(&answer.text().await.unwrap()).unwrap())
}

async fn load(it: &Small, file: &Value) -> Vec<u8> {
    let found = it.bot.ok("getFile", json!({ "file_id": file["file_id"] })).await;
    let path = found["file_path"].as_str().unwrap();
    let address = format!("{}/file/bot{}/{path}", it.telegram.api_url(), it.telegram.token());
    let answer = it.bot.http.get(address).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    answer.bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn every_kind_of_letter_arrives_in_the_official_type() {
    let it = small(Options::default()).await;
    let (t, group) = (&it.telegram, it.group);
    fresh(&it).await;
    let letters = [
        ("text", Letter::words("plain")),
        ("photo", Letter::photo().saying("look")),
        ("video", Letter::video()),
        ("voice", Letter::voice()),
        ("video_note", Letter::video_note()),
        ("sticker", Letter::sticker()),
        ("animation", Letter::animation()),
        ("audio", Letter::audio()),
        ("document", Letter::document("list.csv", "text/csv", "1,2")),
        ("contact", Letter::contact("Bo")),
        ("location", Letter::location()),
        ("poll", Letter::poll("Tea?", &["yes", "no"])),
        ("story", Letter::story(it.channel)),
    ];
    for (field, letter) in letters {
        t.send(it.eve, group, letter).unwrap();
        let told = fresh(&it).await;
        assert_eq!(kinds(&told), ["message"], "{field}");
        assert!(!told[0]["message"][field].is_null(), "{field} in {}", told[0]);
        let read = serde_json::from_value::<frankenstein::updates::Update>(told[0].clone());
        assert!(read.is_ok(), "{field}: {read:?}");
    }
    let seen = t.transcript(group);
    assert!(seen.contains(&"Eve: [photo] look".to_owned()) && seen.contains(&"Eve: [voice]".to_owned()), "{seen:?}");
}

#[tokio::test]
async fn letters_have_captions_topics_answers_senders_and_origins() {
    let it = small(Options::default()).await;
    let t = &it.telegram;
    let (forum, topics) = t.forum("Topics", it.ann, &["One"]);
    t.place_bot(forum, &["can_delete_messages"]);
    t.join(it.eve, forum).unwrap();
    let helper = t.other_bot("Helper");
    fresh(&it).await;
    let first = t.send(it.eve, forum, Letter::photo().saying("look @you there").in_topic(topics[0])).unwrap();
    let told = fresh(&it).await;
    let message = &told[0]["message"];
    assert_eq!((&message["caption"], &message["message_thread_id"]), (&json!("look @you there"), &json!(topics[0])));
    assert!(message.get("text").is_none() && message["caption_entities"][0]["type"] == "mention");
    t.send(it.eve, forum, Letter::words("made by another").via(helper).answering(first)).unwrap();
    let told = fresh(&it).await;
    assert_eq!(told[0]["message"]["via_bot"]["id"], json!(helper.0));
    assert_eq!(told[0]["message"]["reply_to_message"]["message_id"], json!(first.0));
    for (kind, letter) in [
        ("channel", Letter::words("read this").from_channel(it.channel)),
        ("user", Letter::voice().from_person(it.ann)),
        ("hidden_user", Letter::sticker().from_somebody("Nobody")),
    ] {
        t.send(it.eve, forum, letter).unwrap();
        assert_eq!(fresh(&it).await[0]["message"]["forward_origin"]["type"], kind);
    }
    let album = t.album(it.eve, forum, &[Letter::photo().saying("two"), Letter::video()]).unwrap();
    let told = fresh(&it).await;
    let group = |n: usize| told[n]["message"]["media_group_id"].as_str().unwrap();
    assert_eq!((album.len(), told.len()), (2, 2));
    assert_eq!(group(0), group(1));
    t.join(helper, forum).unwrap();
    t.say(helper, forum, "beep").unwrap();
    let told = fresh(&it).await;
    assert_eq!(told.last().unwrap()["message"]["from"]["is_bot"], true);
}

#[tokio::test]
async fn what_is_not_allowed_cannot_be_sent() {
    let it = small(Options::default()).await;
    let (t, group) = (&it.telegram, it.group);
    t.set_permissions(group, &["can_send_messages", "can_send_photos"]);
    assert_eq!(t.permissions(group), ["can_send_messages", "can_send_photos"]);
    t.send(it.eve, group, Letter::photo()).unwrap();
    let sticker = t.send(it.eve, group, Letter::sticker());
    assert!(matches!(sticker, Err(Refused::MayNotWrite { why: "can_send_other_messages", .. })), "{sticker:?}");
    t.send(it.ann, group, Letter::sticker()).unwrap();
}

#[tokio::test]
async fn words_captions_and_contents_can_be_changed() {
    let it = small(Options::default()).await;
    let (t, group) = (&it.telegram, it.group);
    let photo = t.send(it.eve, group, Letter::photo().saying("before")).unwrap();
    fresh(&it).await;
    t.edit(group, photo, "after").unwrap();
    let told = fresh(&it).await;
    assert_eq!(kinds(&told), ["edited_message"]);
    assert_eq!(told[0]["edited_message"]["caption"], "after");
    assert!(told[0]["edited_message"].get("text").is_none() && told[0]["edited_message"]["photo"].is_array());
    t.edit_into(group, photo, Letter::video().saying("moving")).unwrap();
    let told = fresh(&it).await;
    let message = &told[0]["edited_message"];
    assert!(message["video"].is_object() && message.get("photo").is_none() && message["edit_date"].is_i64());
    assert_eq!(t.screen(it.ann, group), ["Eve: [video] moving"]);
}

#[tokio::test]
async fn reactions_are_heard_by_admins_who_asked() {
    let it = small(Options::default()).await;
    let (t, group) = (&it.telegram, it.group);
    let said = t.say(it.eve, group, "hello").unwrap();
    let waiting = t.undelivered();
    t.react(it.ann, group, said, Some("👍")).unwrap();
    assert_eq!(t.undelivered(), waiting, "not in the default list");
    fresh(&it).await;
    t.react(it.ann, group, said, Some("🔥")).unwrap();
    let told = fresh(&it).await;
    let change = &told[0]["message_reaction"];
    assert_eq!(
        (&change["old_reaction"][0]["emoji"], &change["new_reaction"][0]["emoji"]),
        (&json!("👍"), &json!("🔥"))
    );
    let read = serde_json::from_value::<frankenstein::updates::Update>(told[0].clone());
    assert!(read.is_ok(), "{read:?}");
    t.demote(group, t.bot());
    t.react(it.ann, group, said, None).unwrap();
    assert_eq!(t.undelivered(), 0, "a plain member hears nothing");
    assert!(t.react(it.sam, group, said, Some("👍")).is_err(), "Sam is outside");
}

#[tokio::test]
async fn a_channels_posts_appear_whole_in_its_group() {
    let it = small(Options::default()).await;
    it.telegram.link(it.channel, it.group);
    fresh(&it).await;
    it.telegram.publish(it.channel, Letter::photo().saying("news"));
    let told = fresh(&it).await;
    let message = &told[0]["message"];
    assert_eq!((&message["is_automatic_forward"], &message["caption"]), (&json!(true), &json!("news")));
    assert!(message["photo"].is_array());
}

#[tokio::test]
async fn the_bot_loads_what_people_send() {
    let it = small(Options::default()).await;
    fresh(&it).await;
    it.telegram.send(it.sam, ChatId(it.sam.0), Letter::document("ids.csv", "text/csv", "1\n2\n")).unwrap();
    let told = fresh(&it).await;
    let document = &told[0]["message"]["document"];
    assert_eq!((&document["file_name"], &document["file_size"]), (&json!("ids.csv"), &json!(4)));
    assert_eq!(load(&it, document).await, b"1\n2\n");
    assert_eq!(it.telegram.calls("file").len(), 1);
    it.telegram.fault(Fault::of("file", FaultKind::Reset).times(1));
    let found = it.bot.ok("getFile", json!({ "file_id": document["file_id"] })).await;
    let path = found["file_path"].as_str().unwrap();
    let address = format!("{}/file/bot{}/{path}", it.telegram.api_url(), it.telegram.token());
    assert!(it.bot.http.get(&address).send().await.is_err(), "the fault of the day");
    assert_eq!(load(&it, document).await, b"1\n2\n");
    let lost = it.bot.refused("getFile", json!({ "file_id": "x" })).await;
    assert_eq!(lost, "Bad Request: invalid file_id");
    let elsewhere = format!("{}/file/bot1:x/documents/file_1.csv", it.telegram.api_url());
    assert_eq!(it.bot.http.get(elsewhere).send().await.unwrap().status().as_u16(), 404);
    let large = Letter::document("big.bin", "application/octet-stream", vec![0; (20 << 20) + 1]);
    it.telegram.whisper(it.sam, "now a big one").unwrap();
    it.telegram.send(it.sam, ChatId(it.sam.0), large).unwrap();
    let told = fresh(&it).await;
    let id = &told[1]["message"]["document"]["file_id"];
    assert_eq!(it.bot.refused("getFile", json!({ "file_id": id })).await, "Bad Request: file is too big");
}

#[tokio::test]
async fn the_bot_sends_documents_and_photos() {
    let it = small(Options { ephemeral: true, ..Options::default() }).await;
    let (t, group) = (&it.telegram, it.group);
    let form = |kind: &'static str, bytes: &'static [u8], name: &'static str| {
        let part = Part::bytes(bytes).file_name(name).mime_str("text/csv").unwrap();
        Form::new().text("chat_id", group.0.to_string()).part(kind, part)
    };
    let (status, body) =
        upload(&it, "sendDocument", form("document", b"a,b\r\n", "список.csv").text("caption", "all of them")).await;
    assert_eq!(status, 200, "{body}");
    let read = serde_json::from_value::<frankenstein::types::Message>(body["result"].clone());
    assert!(read.is_ok(), "{read:?}");
    let sent = t.documents(group);
    assert_eq!((sent[0].name.as_str(), &sent[0].bytes[..]), ("список.csv", &b"a,b\r\n"[..]));
    assert_eq!((sent[0].mime.as_str(), sent[0].caption.as_str()), ("text/csv", "all of them"));
    assert!(t.transcript(group).contains(&"bot: [document] all of them".to_owned()));
    assert_eq!(load(&it, &body["result"]["document"]).await, b"a,b\r\n", "its own file, too");
    let again = json!({ "chat_id": group.0, "document": body["result"]["document"]["file_id"] });
    it.bot.ok("sendDocument", again).await;
    assert_eq!(t.documents(group).len(), 2);
    let aside = json!({ "receiver_user_id": it.eve.0 }).to_string();
    upload(&it, "sendPhoto", form("photo", b"png", "x.png").text("ephemeral_message_parameters", aside)).await;
    assert_eq!((t.photos(group).len(), t.photos(group)[0].message.0), (1, 0));
    assert!(t.screen(it.eve, group).contains(&"bot: [photo]".to_owned()));
    assert!(!t.screen(it.ann, group).contains(&"bot: [photo]".to_owned()));
    for (form, words) in [
        (form("document", b"", "x"), "Bad Request: file must be non-empty"),
        (form("other", b"x", "x"), "Bad Request: there is no document in the request"),
        (form("document", b"x", "x").text("caption", "x".repeat(1025)), "Bad Request: message caption is too long"),
    ] {
        assert_eq!(upload(&it, "sendDocument", form).await.1["description"], words);
    }
    let call = &t.calls("sendDocument")[0];
    assert_eq!(call.params["document"]["file_size"], 5, "the ledger keeps name and size");
}
