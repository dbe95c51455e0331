//! The people's names, by language: real given and family names in their own script.
//!
//! Words are separated by spaces; `_` stands for a space inside a name. `native=Latin` gives the Latin spelling where it
//! can't be had by taking the marks off.

use super::dice::Dice;
use std::collections::HashMap;
use unicode_normalization::UnicodeNormalization as _;

/// Given and family names of one language, as written above.
struct Source {
    code: &'static str,
    women: &'static str,
    women_family: &'static str,
    men: &'static str,
    men_family: &'static str,
}

/// A name and its spelling in plain ASCII.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub native: String,
    pub ascii: String,
}

/// The names of one language.
#[derive(Debug)]
pub struct Language {
    pub code: &'static str,
    women: Vec<Name>,
    women_family: Vec<Name>,
    men: Vec<Name>,
    men_family: Vec<Name>,
}

/// A given name and a family name that go together.
#[derive(Clone, Copy, Debug)]
pub struct FullName<'a> {
    pub first: &'a Name,
    pub last: &'a Name,
}

#[derive(Debug)]
pub struct Names {
    languages: Vec<Language>,
    places: HashMap<&'static str, usize>,
}

impl Names {
    pub fn new() -> Self {
        let languages: Vec<_> = SOURCES.iter().map(Language::from).collect();
        let places = languages
            .iter()
            .enumerate()
            .map(|(place, language)| (language.code, place))
            .collect();
        Self { languages, places }
    }

    /// Somebody who lives where this language is spoken: seven in ten are called as people there are.
    pub fn local(&self, code: &str, dice: &mut Dice) -> (&Language, FullName<'_>) {
        let home = self
            .places
            .get(code)
            .and_then(|&place| self.languages.get(place));
        let language = match home {
            Some(language) if dice.chance(700) => language,
            _ => dice.pick(&self.languages),
        };
        (language, language.full_name(dice))
    }
}

impl Language {
    pub fn full_name(&self, dice: &mut Dice) -> FullName<'_> {
        let (first, last) = if dice.chance(500) {
            (&self.women, &self.women_family)
        } else {
            (&self.men, &self.men_family)
        };
        FullName {
            first: dice.pick(first),
            last: dice.pick(last),
        }
    }
}

impl From<&Source> for Language {
    fn from(source: &Source) -> Self {
        let women_family = words(source.women_family);
        let men_family = if source.men_family.is_empty() {
            women_family.clone()
        } else {
            words(source.men_family)
        };
        Self {
            code: source.code,
            women: words(source.women),
            women_family,
            men: words(source.men),
            men_family,
        }
    }
}

fn words(text: &str) -> Vec<Name> {
    text.split_whitespace()
        .map(|word| {
            let (native, latin) = word.split_once('=').unwrap_or((word, word));
            Name {
                native: native.replace('_', " "),
                ascii: ascii(&latin.replace('_', " ")),
            }
        })
        .collect()
}

/// Latin letters without their marks; what is still not ASCII is left out.
pub fn ascii(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.nfd() {
        match letter {
            'ß' => plain.push_str("ss"),
            'ł' => plain.push('l'),
            'Ł' => plain.push('L'),
            'ø' => plain.push('o'),
            'Ø' => plain.push('O'),
            'æ' => plain.push_str("ae"),
            'Æ' => plain.push_str("Ae"),
            'đ' | 'ð' => plain.push('d'),
            'Đ' => plain.push('D'),
            'ı' => plain.push('i'),
            'œ' => plain.push_str("oe"),
            letter if letter.is_ascii() => plain.push(letter),
            _ => {}
        }
    }
    plain
}

const SOURCES: &[Source] = &[
    Source {
        code: "en",
        women: "Ada Alice Beth Charlotte Diana Emily Fiona Grace Harriet Imogen Jane Kate Lucy Martha Nora \
            Olive Penelope Rosie Sophie Tessa Violet Zoë",
        women_family: "Abel Archer Baker Barnes Carter Cooper Dawson Ellis Fletcher Foster Gibson Harper Hughes \
            Jennings Kemp Lawson Marsh Newton Osborne Parker Quick Reed Sutton Turner Underwood Vaughan Walker Young",
        men: "Adam Arthur Ben Callum Daniel Edward Felix George Harry Isaac Jack Kieran Leo Martin Nathan Oliver \
            Peter Ralph Simon Thomas Victor William",
        men_family: "",
    },
    Source {
        code: "en-IE",
        women: "Aoife Bríd Caoimhe Deirdre Éabha Fionnuala Gráinne Íde Maeve Niamh Órla Róisín Saoirse Siobhán Úna",
        women_family: "O'Brien O'Connor O'Neill O'Sullivan Byrne Kelly McCarthy Doyle Gallagher Nolan Quinn Murphy \
            Ní_Bhriain=NiBhriain Mac_Giolla=MacGiolla FitzGerald Brennan",
        men: "Aidan Brendan Cathal Diarmuid Eoghan Fergus Lorcan Micheál Niall Oisín Pádraig Ruairí Séamus Tadhg Conor",
        men_family: "",
    },
    Source {
        code: "de",
        women: "Anna Birgit Claudia Dörte=Doerte Elke Franziska Gisela Heike Ilse Jutta Käthe=Kaethe Lena Marlene \
            Nicole Petra Renate Sabine Ulrike Waltraud Zita",
        women_family: "Müller=Mueller Schmidt Schäfer=Schaefer Köhler=Koehler Groß=Gross Jäger=Jaeger Weiß=Weiss \
            Böhm=Boehm Krüger=Krueger Fischer Neumann Lange Vogel Braun Hoffmann Zimmermann Bauer Kaiser Winter \
            von_Bergen=vonBergen Schröder=Schroeder Günther=Guenther Wolff Pfeiffer",
        men: "Andreas Björn=Bjoern Christoph Dieter Ernst Friedrich Günter=Guenter Hans-Jörg=Hans-Joerg Ingo \
            Jürgen=Juergen Kai Lutz Matthias Norbert Otto Philipp Rüdiger=Ruediger Stefan Thorsten Uwe Wolfgang",
        men_family: "",
    },
    Source {
        code: "fr",
        women: "Agnès Brigitte Chloé Delphine Élodie Françoise Gaëlle Hélène Inès Joséphine Léa Maëlle Noémie \
            Océane Pénélope Régine Solène Thérèse Véronique Zoé",
        women_family: "Lefèvre Dubois Moreau Fournier Girard Béranger Chevalier d'Arcy Garçon Rousseau Lambert \
            Mercier Noël Pelletier Renaud Sérurier Vallée Gauthier Perrin Clément Hébert Marchand",
        men: "Adrien Benoît Cédric Denis Étienne François Gérard Hervé Jérôme Loïc Mathieu Noé Olivier Pascal \
            Rémi Sébastien Théo Ulysse Valéry Yves",
        men_family: "",
    },
    Source {
        code: "es",
        women: "Alba Begoña Carmen Dolores Elena Fátima Gloria Inés Jimena Lucía María Nuria Paloma Rocío Sofía \
            Teresa Úrsula Verónica Ximena Yolanda",
        women_family: "García Núñez López Muñoz Peña Ibáñez Castaño Domínguez Fernández Gutiérrez Hernández \
            Jiménez Martínez Ordóñez Pérez Quiñones Rodríguez Sánchez Vega Zúñiga Álvarez Bermúdez",
        men: "Álvaro Borja César Diego Emilio Fermín Gonzalo Hernán Iñigo Joaquín Julián Luis Martín Nicolás Óscar \
            Pablo Raúl Sebastián Tomás Víctor",
        men_family: "",
    },
    Source {
        code: "pt",
        women: "Amália Beatriz Conceição Débora Eunice Flávia Graça Helena Inês Joana Lívia Márcia Natália Olívia \
            Patrícia Rosário Sílvia Tânia Vitória",
        women_family: "Araújo Brandão Carvalho Conceição Esteves Falcão Gonçalves Leitão Magalhães Nóbrega Paixão \
            Queirós Ribeiro Simões Tavares Vasconcelos Guimarães Assunção Bragança Almeida",
        men: "António Bernardo Caetano Duarte Estêvão Fábio Gaspar Hélder João Luís Márcio Nélson Paulo Rúben \
            Sérgio Tomé Vítor Xavier",
        men_family: "",
    },
    Source {
        code: "it",
        women: "Alessia Bianca Chiara Donatella Elisa Federica Giulia Ilaria Lucrezia Marta Noemi Ornella Paola \
            Rosalba Serena Tiziana Valentina",
        women_family: "Rossi Bianchi Colombo D'Angelo De_Luca=DeLuca Esposito Ferrari Gallo Iovine Lombardi Marino \
            Nicolò Orlando Pellegrini Quaranta Ricci Santoro Testa Vitale Zanetti Cantù Dalla_Torre=DallaTorre",
        men: "Alessandro Bruno Carlo Davide Enzo Fabrizio Gianluca Ivan Lorenzo Marco Niccolò Paolo Raffaele Stefano \
            Tommaso Umberto Vincenzo",
        men_family: "",
    },
    Source {
        code: "nl",
        women: "Anouk Babette Carlijn Daphne Eefje Fleur Geertje Hanneke Iris Jantine Lotte Maaike Noor Roos Saskia Zoë",
        women_family: "de_Vries=deVries van_den_Berg=vandenBerg Jansen Bakker Visser Smit Mulder Bos Dekker Hoekstra \
            Koster Peeters Van_Damme=VanDamme Wouters Zijlstra 't_Hart=tHart Kuipers Postma",
        men: "Arjen Bram Cees Daan Ewout Floris Gijs Hidde Ivo Joost Koen Lars Maarten Niels Pim Ruben Sjoerd Thijs Wim",
        men_family: "",
    },
    Source {
        code: "sv",
        women: "Åsa Birgitta Cecilia Ebba Frida Gunilla Hjördis Ingrid Karin Linnéa Märta Nanna Östrid Saga Signe Ylva",
        women_family: "Åberg Bergström Dahlström Ekblad Forsberg Grönlund Hägglund Isaksson Jönsson Källström \
            Lindqvist Nyström Öberg Pålsson Rosén Sjöberg Thorén Wikström Sørensen Nygård Bjørnstad Kjær Hämäläinen \
            Mäkelä Virtanen",
        men: "Åke Björn Dag Erik Fredrik Göran Håkan Isak Jörgen Kjell Lars Måns Nils Ögmundur Per Rasmus Søren Torbjörn",
        men_family: "",
    },
    Source {
        code: "pl",
        women: "Agnieszka Bożena Celina Danuta Elżbieta Grażyna Halina Iwona Jadwiga Kinga Łucja Małgorzata Natalia \
            Oliwia Paulina Róża Stanisława Urszula Wiesława Żaneta",
        women_family: "Wójcik Kowalska Wiśniewska Dąbrowska Zielińska Szymańska Woźniak Kozłowska Jabłońska Mazur \
            Krawczyk Kaczmarek Wróblewska Świątek Ostrowska Łukaszewska Gołąb Piątek Źródlana Ćwiklińska",
        men: "Andrzej Bolesław Czesław Daniel Edward Filip Grzegorz Henryk Ireneusz Józef Krzysztof Łukasz Mieczysław \
            Norbert Paweł Rafał Sławomir Tadeusz Wojciech Zbigniew",
        men_family: "Wójcik Kowalski Wiśniewski Dąbrowski Zieliński Szymański Woźniak Kozłowski Jabłoński Mazur Krawczyk \
            Kaczmarek Wróblewski Świątek Ostrowski Łukaszewski Gołąb Piątek Żak Ćwikliński",
    },
    Source {
        code: "cs",
        women: "Alžběta Božena Dagmar Eliška Františka Hana Ivana Jiřina Kateřina Libuše Markéta Naděžda Otýlie Petra \
            Růžena Šárka Tereza Věra Zdeňka Žofie",
        women_family: "Nováková Svobodová Novotná Dvořáková Černá Procházková Kučerová Veselá Horáková Němcová \
            Pokorná Růžičková Benešová Fialová Sedláčková Doležalová Zemanová Kolářová Vaňková Šťastná",
        men: "Bořivoj Čeněk Dušan Evžen František Hynek Ivo Jiří Karel Ladislav Miloš Oldřich Přemysl Radomír Štěpán \
            Tomáš Václav Zdeněk Řehoř Luboš",
        men_family: "Novák Svoboda Novotný Dvořák Černý Procházka Kučera Veselý Horák Němec Pokorný Růžička Beneš \
            Fiala Sedláček Doležal Zeman Kolář Vaněk Šťastný",
    },
    Source {
        code: "hu",
        women: "Ágnes Boglárka Csilla Emőke Éva Hajnalka Ildikó Judit Katalin Lívia Márta Nóra Piroska Réka Szilvia \
            Tünde Zsófia",
        women_family: "Nagy Kovács Tóth Szabó Horváth Varga Kiss Molnár Németh Farkas Balogh Papp Takács Juhász Mészáros \
            Őri Szűcs Fehér Gál Csonka",
        men: "Ádám Béla Csaba Dezső Ernő Ferenc Gyula Imre József Károly László Miklós Ottó Péter Róbert Sándor Tamás \
            Zoltán Győző Ödön",
        men_family: "",
    },
    Source {
        code: "tr",
        women: "Ayşe Berrak Çiğdem Dilek Elif Figen Gülşen Hülya İpek Jale Lâle Müge Nilüfer Özge Pınar Sevgi Şule Tuğba \
            Ümran Yıldız Zeynep",
        women_family: "Yılmaz Kaya Demir Şahin Çelik Yıldız Öztürk Aydın Özdemir Arslan Doğan Kılıç Çetin Koç Kurt \
            Özkan Şimşek Güneş Işık Uğur Ünal Bozkurt",
        men: "Ahmet Barış Cengiz Çağrı Doğukan Emre Fırat Gökhan Hakan İbrahim Kağan Levent Mehmet Nuri Oğuz Ömer \
            Rıza Süleyman Şükrü Tolga Ümit Yiğit",
        men_family: "",
    },
    Source {
        code: "vi",
        women: "Thị_Ánh=Anh Thị_Bích=Bich Cẩm_Tú=Tu Diễm_My=My Thị_Hồng=Hong Khánh_Linh=Linh Lệ_Quyên=Quyen \
            Mỹ_Duyên=Duyen Ngọc_Hà=Ha Phương_Thảo=Thao Quỳnh_Như=Nhu Thanh_Vân=Van Thùy_Dung=Dung Tuyết_Mai=Mai \
            Yến_Nhi=Nhi",
        women_family: "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Trịnh",
        men: "Văn_An=An Bảo_Khang=Khang Công_Phượng=Phuong Đức_Huy=Huy Gia_Bảo=Bao Hữu_Nghĩa=Nghia Khắc_Việt=Viet \
            Minh_Quân=Quan Ngọc_Sơn=Son Quốc_Toản=Toan Thành_Đạt=Dat Tiến_Dũng=Dung Trọng_Nhân=Nhan Tuấn_Kiệt=Kiet \
            Xuân_Trường=Truong",
        men_family: "",
    },
    Source {
        code: "ru",
        women: "Анна=Anna Валентина=Valentina Галина=Galina Дарья=Darya Екатерина=Ekaterina Жанна=Zhanna Зоя=Zoya \
            Ирина=Irina Ксения=Ksenia Людмила=Lyudmila Марина=Marina Наталья=Natalya Ольга=Olga Полина=Polina \
            Светлана=Svetlana Татьяна=Tatyana Юлия=Yulia Яна=Yana",
        women_family: "Иванова=Ivanova Смирнова=Smirnova Кузнецова=Kuznetsova Попова=Popova Васильева=Vasilyeva \
            Петрова=Petrova Соколова=Sokolova Михайлова=Mikhailova Новикова=Novikova Фёдорова=Fyodorova \
            Морозова=Morozova Волкова=Volkova Алексеева=Alekseeva Лебедева=Lebedeva Семёнова=Semyonova \
            Егорова=Egorova Щербакова=Shcherbakova Журавлёва=Zhuravlyova",
        men: "Андрей=Andrei Борис=Boris Виктор=Viktor Григорий=Grigory Дмитрий=Dmitry Евгений=Evgeny Илья=Ilya \
            Константин=Konstantin Леонид=Leonid Михаил=Mikhail Николай=Nikolai Олег=Oleg Пётр=Pyotr Руслан=Ruslan \
            Сергей=Sergei Тимофей=Timofei Фёдор=Fyodor Юрий=Yury",
        men_family: "Иванов=Ivanov Смирнов=Smirnov Кузнецов=Kuznetsov Попов=Popov Васильев=Vasilyev Петров=Petrov \
            Соколов=Sokolov Михайлов=Mikhailov Новиков=Novikov Фёдоров=Fyodorov Морозов=Morozov Волков=Volkov \
            Алексеев=Alekseev Лебедев=Lebedev Семёнов=Semyonov Егоров=Egorov Щербаков=Shcherbakov Журавлёв=Zhuravlyov",
    },
    Source {
        code: "uk",
        women: "Ганна=Hanna Богдана=Bohdana Дарина=Daryna Євгенія=Yevheniia Зоряна=Zoriana Ірина=Iryna Катерина=Kateryna \
            Леся=Lesia Мар'яна=Mariana Надія=Nadiia Оксана=Oksana Соломія=Solomiia Юлія=Yuliia",
        women_family: "Шевченко=Shevchenko Коваленко=Kovalenko Бондаренко=Bondarenko Ткаченко=Tkachenko \
            Кравченко=Kravchenko Олійник=Oliinyk Поліщук=Polishchuk Лисенко=Lysenko Гнатюк=Hnatiuk Савчук=Savchuk \
            Ґонта=Gonta Їжак=Yizhak Марченко=Marchenko Мельник=Melnyk",
        men: "Андрій=Andrii Богдан=Bohdan Василь=Vasyl Григорій=Hryhorii Данило=Danylo Євген=Yevhen Ігор=Ihor \
            Микола=Mykola Олексій=Oleksii Петро=Petro Сергій=Serhii Тарас=Taras Ярослав=Yaroslav",
        men_family: "",
    },
    Source {
        code: "el",
        women: "Αικατερίνη=Aikaterini Βασιλική=Vasiliki Γεωργία=Georgia Δήμητρα=Dimitra Ελένη=Eleni Ζωή=Zoi Θεοδώρα=Theodora \
            Ιωάννα=Ioanna Κωνσταντίνα=Konstantina Μαρία=Maria Νίκη=Niki Παναγιώτα=Panagiota Σοφία=Sofia \
            Χρυσούλα=Chrysoula",
        women_family: "Παπαδοπούλου=Papadopoulou Γεωργίου=Georgiou Νικολάου=Nikolaou Δημητρίου=Dimitriou \
            Αντωνίου=Antoniou Βασιλείου=Vasileiou Καραγιάννη=Karagianni Οικονόμου=Oikonomou Μακρή=Makri \
            Λάμπρου=Lambrou Θεοδώρου=Theodorou Ψαρρά=Psarra",
        men: "Αλέξανδρος=Alexandros Βασίλης=Vasilis Γιώργος=Giorgos Δημήτρης=Dimitris Ευάγγελος=Evangelos Ηλίας=Ilias \
            Θανάσης=Thanasis Ιωάννης=Ioannis Κώστας=Kostas Μιχάλης=Michalis Νίκος=Nikos Παναγιώτης=Panagiotis \
            Σπύρος=Spyros Χρήστος=Christos",
        men_family: "Παπαδόπουλος=Papadopoulos Γεωργίου=Georgiou Νικολάου=Nikolaou Δημητρίου=Dimitriou Αντωνίου=Antoniou \
            Βασιλείου=Vasileiou Καραγιάννης=Karagiannis Οικονόμου=Oikonomou Μακρής=Makris Λάμπρου=Lambrou \
            Θεοδώρου=Theodorou Ψαρράς=Psarras",
    },
    Source {
        code: "ar",
        women: "إيمان=Eman فاطمة=Fatima خديجة=Khadija ليلى=Layla مريم=Maryam نور=Nour رانيا=Rania سلمى=Salma سميرة=Samira \
            ياسمين=Yasmin زينب=Zaynab هدى=Huda عائشة=Aisha دينا=Dina",
        women_family: "حداد=Haddad خوري=Khoury منصور=Mansour نجار=Najjar صالح=Saleh عثمان=Osman الشريف=AlSharif \
            الأحمد=AlAhmad فارس=Fares قاسم=Qasim رزق=Rizk سليمان=Suleiman طه=Taha زيدان=Zidan",
        men: "أحمد=Ahmad بلال=Bilal فيصل=Faisal حسن=Hassan إبراهيم=Ibrahim جمال=Jamal خالد=Khaled محمود=Mahmoud \
            ناصر=Nasser عمر=Omar رشيد=Rashid سامي=Sami طارق=Tariq يوسف=Youssef",
        men_family: "",
    },
    Source {
        code: "he",
        women: "אביגיל=Avigail דנה=Dana הדר=Hadar יעל=Yael מיכל=Michal נועה=Noa עדי=Adi רות=Ruth שירה=Shira תמר=Tamar \
            גלית=Galit אורית=Orit",
        women_family: "כהן=Cohen לוי=Levi מזרחי=Mizrahi פרץ=Peretz ביטון=Biton אברהם=Avraham פרידמן=Friedman \
            שפירא=Shapira גולן=Golan ברק=Barak רוזן=Rosen שלום=Shalom",
        men: "אורי=Uri בן=Ben גיל=Gil דוד=David זאב=Zeev חיים=Haim יוסף=Yosef משה=Moshe נתן=Natan עמית=Amit רון=Ron \
            שמעון=Shimon",
        men_family: "",
    },
    Source {
        code: "ja",
        women: "愛子=Aiko 千尋=Chihiro 恵美=Emi 花子=Hanako 一葉=Ichiyo 香織=Kaori 恵=Megumi 直美=Naomi さくら=Sakura 翼=Tsubasa \
            由美=Yumi 結衣=Yui 陽菜=Hina 舞=Mai ゆかり=Yukari",
        women_family: "田中=Tanaka 佐藤=Sato 鈴木=Suzuki 高橋=Takahashi 伊藤=Ito 渡辺=Watanabe 山本=Yamamoto 中村=Nakamura \
            小林=Kobayashi 加藤=Kato 吉田=Yoshida 山田=Yamada 佐々木=Sasaki 松本=Matsumoto 井上=Inoue 木村=Kimura \
            清水=Shimizu 斎藤=Saito 安倍=Abe 藤原=Fujiwara",
        men: "明=Akira 大輔=Daisuke 英二=Eiji 健太=Kenta 浩=Hiroshi 一郎=Ichiro 誠=Makoto 直樹=Naoki 蓮=Ren 翔太=Shota \
            拓也=Takuya 裕二=Yuji ボブ=Bob 悟=Satoru 潤=Jun",
        men_family: "",
    },
    Source {
        code: "zh",
        women: "芳=Fang 桂英=Guiying 慧=Hui 静=Jing 丽=Li 美玲=Meiling 娜=Na 倩=Qian 若溪=Ruoxi 思雨=Siyu 婷=Ting 雪=Xue \
            艳=Yan 子涵=Zihan",
        women_family: "王=Wang 李=Li 张=Zhang 刘=Liu 陈=Chen 杨=Yang 黄=Huang 赵=Zhao 吴=Wu 周=Zhou 徐=Xu 孙=Sun 马=Ma \
            朱=Zhu 胡=Hu 郭=Guo 何=He 林=Lin 欧阳=Ouyang 司马=Sima",
        men: "斌=Bin 成=Cheng 大伟=Dawei 刚=Gang 浩然=Haoran 军=Jun 磊=Lei 明=Ming 强=Qiang 涛=Tao 伟=Wei 晓东=Xiaodong \
            勇=Yong 志强=Zhiqiang",
        men_family: "",
    },
    Source {
        code: "ko",
        women: "은영=Eunyoung 하나=Hana 지우=Jiwoo 경희=Kyunghee 미나=Mina 나영=Nayoung 서연=Seoyeon 수진=Sujin 유나=Yuna \
            영숙=Youngsook 예린=Yerin 보라=Bora",
        women_family: "김=Kim 이=Lee 박=Park 최=Choi 정=Jung 강=Kang 조=Cho 윤=Yoon 장=Jang 임=Lim 한=Han 오=Oh 서=Seo \
            신=Shin 권=Kwon 황=Hwang 남궁=Namgung 선우=Sunwoo",
        men: "동현=Donghyun 현우=Hyunwoo 재훈=Jaehoon 건우=Gunwoo 민준=Minjun 상철=Sangchul 성민=Sungmin 태양=Taeyang \
            우진=Woojin 영호=Youngho 준서=Junseo 도윤=Doyun",
        men_family: "",
    },
    Source {
        code: "hi",
        women: "अनिता=Anita भावना=Bhavna दीपा=Deepa गीता=Geeta ईशा=Isha काव्या=Kavya लक्ष्मी=Lakshmi मीरा=Meera नेहा=Neha \
            प्रिया=Priya राधा=Radha सुनीता=Sunita उषा=Usha",
        women_family: "शर्मा=Sharma वर्मा=Verma गुप्ता=Gupta सिंह=Singh कुमार=Kumar पटेल=Patel जोशी=Joshi मिश्रा=Mishra \
            चौधरी=Chaudhary अय्यर=Iyer नायर=Nair राव=Rao देसाई=Desai कपूर=Kapoor",
        men: "अमित=Amit भरत=Bharat दीपक=Deepak गौरव=Gaurav हरीश=Harish करण=Karan मोहन=Mohan निखिल=Nikhil प्रकाश=Prakash \
            राहुल=Rahul संजय=Sanjay विजय=Vijay यश=Yash",
        men_family: "",
    },
    Source {
        code: "th",
        women: "อรุณี=Arunee จันทร์=Chan กมลา=Kamala มาลี=Malee นภา=Napa พิมพ์ใจ=Pimjai รัตนา=Rattana สมหญิง=Somying \
            วันเพ็ญ=Wanpen ศิริพร=Siriporn",
        women_family: "ใจดี=Jaidee สุขใจ=Sukjai แสงทอง=Saengthong บุญมี=Boonmee ทองคำ=Thongkham วงศ์สวัสดิ์=Wongsawat \
            ศรีสุข=Srisuk พงษ์ไพร=Pongprai รุ่งเรือง=Rungrueang มณีรัตน์=Maneerat",
        men: "อนันต์=Anan บุญส่ง=Boonsong ชัยวัฒน์=Chaiwat กิตติ=Kitti มานะ=Mana ณรงค์=Narong ประเสริฐ=Prasert สมชาย=Somchai \
            ธนา=Thana วิชัย=Wichai",
        men_family: "",
    },
    Source {
        code: "ka",
        women: "ანა=Ana ეკა=Eka ლელა=Lela მაია=Maia ნინო=Nino თამარ=Tamar ქეთევან=Ketevan სალომე=Salome",
        women_family: "ბერიძე=Beridze კაპანაძე=Kapanadze გელაშვილი=Gelashvili მაისურაძე=Maisuradze \
            გიორგაძე=Giorgadze ლომიძე=Lomidze წიკლაური=Tsiklauri კვარაცხელია=Kvaratskhelia",
        men: "ალექსანდრე=Aleksandre დავით=Davit გიორგი=Giorgi ირაკლი=Irakli ლევან=Levan ნიკა=Nika ზურაბ=Zurab შოთა=Shota",
        men_family: "",
    },
    Source {
        code: "hy",
        women: "Անահիտ=Anahit Գայանե=Gayane Լուսինե=Lusine Մարիամ=Mariam Նարե=Nare Սոնա=Sona Տաթև=Tatev",
        women_family: "Հակոբյան=Hakobyan Սարգսյան=Sargsyan Գրիգորյան=Grigoryan Պետրոսյան=Petrosyan Մկրտչյան=Mkrtchyan \
            Խաչատրյան=Khachatryan Ղազարյան=Ghazaryan",
        men: "Արամ=Aram Գևորգ=Gevorg Հայկ=Hayk Կարեն=Karen Նարեկ=Narek Տիգրան=Tigran Վահե=Vahe",
        men_family: "",
    },
    Source {
        code: "yo",
        women: "Adébísí Bọ́lá Chidinma Ẹbùn Fọlákẹ́ Ìfẹ́ Ngọzi Ọlámidé Ṣadé Títílayọ̀ Yétúndé Zainab",
        women_family: "Adéyẹmí Balógun Chukwu Ẹgbẹ́ Fálànà Ìbídàpọ̀ Nwosu Ọbásanjọ́ Okonkwọ Ṣóyínká Túbọ̀sún Yúsúf",
        men: "Adéwálé Babátúndé Chukwuemeka Dáre Ẹniọlá Fẹ́mi Ìdòwú Kọ́lá Ọbiọra Ṣẹ́gun Túndé Yẹmí",
        men_family: "",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    fn all(language: &Language) -> impl Iterator<Item = &Name> {
        [
            &language.women,
            &language.women_family,
            &language.men,
            &language.men_family,
        ]
        .into_iter()
        .flatten()
    }

    #[test]
    fn every_name_is_composed_and_has_an_ascii_spelling_that_begins_with_a_letter() {
        for language in &Names::new().languages {
            for name in all(language) {
                assert!(
                    unicode_normalization::is_nfc(&name.native),
                    "{}: {} is not in composed form",
                    language.code,
                    name.native
                );
                assert!(
                    name.ascii.starts_with(|c: char| c.is_ascii_alphabetic())
                        && name.ascii.len() >= 2,
                    "{}: {} has no ASCII spelling",
                    language.code,
                    name.native
                );
            }
        }
    }

    #[test]
    fn marks_come_off() {
        assert_eq!(ascii("Świątek"), "Swiatek");
        assert_eq!(ascii("Søren Groß"), "Soren Gross");
        assert_eq!(ascii("Işık"), "Isik");
    }
}
