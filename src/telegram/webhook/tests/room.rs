//! More connections than there is room for: who stays, who goes, who is not let in.

use super::*;

#[tokio::test]
async fn whoever_fills_the_room_and_says_nothing_keeps_nobody_out() {
    let house = House::open(|it| it.max_connections = 20).await;
    let mut telegram = house.call().await;
    telegram.write_all(post("\"wait\"").as_bytes()).await.unwrap();
    let ways = [
        String::new(),
        "POST /tg/hook HTTP/1.1\r\nHost: b\r\n".to_owned(),
        request("POST", PATH, "X-Telegram-Bot-Api-Secret-Token: guessed\r\n", "1"),
        post("1").replace(SECRET, "guessed").replace("Content-Length: 1", "Content-Length: 900"),
    ];
    let mut silent = Vec::new();
    for n in 0..600 {
        let mut stream = house.call().await;
        let _ = stream.write_all(ways[n % ways.len()].as_bytes()).await;
        silent.push(stream);
        if n % 100 == 99 {
            assert_eq!(status_of(&house.say(last_post("2").as_bytes()).await), "200", "after {n} of them");
        }
    }
    house.intake.go.notify_one();
    assert_eq!(status_of(&one_answer(&mut telegram).await), "200", "who is served stays");
    telegram.write_all(post("3").as_bytes()).await.unwrap();
    assert_eq!(status_of(&one_answer(&mut telegram).await), "200", "also when it is older than all others");
    assert_eq!(house.offered().len(), 8);
}

#[tokio::test]
async fn when_all_inside_know_the_secret_the_oldest_that_idles_makes_room() {
    let house = House::open(|it| it.max_connections = 2).await;
    let mut first = house.call().await;
    let mut second = house.call().await;
    for stream in [&mut first, &mut second] {
        stream.write_all(post("1").as_bytes()).await.unwrap();
        assert_eq!(status_of(&one_answer(stream).await), "200");
    }
    assert_eq!(status_of(&house.say(last_post("2").as_bytes()).await), "200");
    assert_eq!(until_closed(&mut first).await, "");
    second.write_all(post("3").as_bytes()).await.unwrap();
    assert_eq!(status_of(&one_answer(&mut second).await), "200");
}

#[tokio::test]
async fn when_all_inside_are_served_one_more_is_closed_and_room_comes_back() {
    let house = House::open(|it| it.max_connections = 2).await;
    let mut busy = [house.call().await, house.call().await];
    for (n, stream) in busy.iter_mut().enumerate() {
        stream.write_all(post("\"wait\"").as_bytes()).await.unwrap();
        while house.offered().len() <= n {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(house.say(post("2").as_bytes()).await, "");
    house.intake.go.notify_one();
    loop {
        if status_of(&house.say(last_post("3").as_bytes()).await) == "200" {
            break; // it has been noticed that one is served
        }
    }
    assert_eq!(house.offered().last().map(String::as_str), Some("3"));
}
